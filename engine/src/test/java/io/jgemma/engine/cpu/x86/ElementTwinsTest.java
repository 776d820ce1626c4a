package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.vector.Strided;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Assembled kernels for elements of rows give what the scalar ones give, at odd sizes and with extreme values. */
class ElementTwinsTest {

    private static final int[] COLUMNS = {1, 3, 8, 9, 16, 31, 47, 64, 1152};
    private static final float[] EXTREME = {
        0,
        -0f,
        1e-30f,
        -1e-30f,
        Float.MIN_VALUE,
        5,
        -5,
        88,
        -88,
        104,
        -104,
        1e4f,
        -1e4f,
        1e15f,
        -1e15f,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NaN
    };

    private final SplittableRandom random = new SplittableRandom(21);
    private final Scratch scratch = new Scratch();
    private final ScalarKernels scalar = new ScalarKernels();
    private X86Kernels assembled;

    @BeforeEach
    void needsTheMachine() {
        X86Support support = X86Support.find();
        assumeTrue(support.isPresent(), "no assembled kernels on this machine");
        assembled = X86Kernels.assemble(support, OtherKernels.ofThisJvm(), 16);
    }

    @AfterEach
    void close() {
        scratch.close();
        if (assembled != null) {
            assembled.close();
        }
    }

    private Strided rows(int rows, int columns) {
        return Strided.random(random, rows, columns);
    }

    @Test
    void normsMatch() {
        for (int columns : COLUMNS) {
            Strided x = rows(5, columns);
            Operand w = rows(1, columns).operand();
            Strided expected = rows(5, columns);
            Strided actual = expected.copy();
            scalar.rmsNorm(expected.operand(), x.operand(), w, 1e-6f, 1, 4, scratch);
            assembled.rmsNorm(actual.operand(), x.operand(), w, 1e-6f, 1, 4, scratch);
            actual.verify(expected, 1e-6, "norm of " + columns);
        }
    }

    @Test
    void sumsAndMultiplesMatch() {
        for (int columns : COLUMNS) {
            for (int addends : new int[] {1, 5}) {
                Strided expected = rows(5, columns);
                Strided actual = expected.copy();
                Operand h = rows(addends, columns).operand();
                scalar.add(expected.operand(), h, 2, 5, scratch);
                assembled.add(actual.operand(), h, 2, 5, scratch);
                actual.verify(expected, 0, "sum of " + columns);
            }
            Strided x = rows(4, columns);
            Strided expected = rows(4, columns);
            Strided actual = expected.copy();
            scalar.scale(expected.operand(), x.operand(), -0.3f, 0, 3, scratch);
            assembled.scale(actual.operand(), x.operand(), -0.3f, 0, 3, scratch);
            actual.verify(expected, 0, "multiple of " + columns);
        }
    }

    @Test
    void theFirstAboveABoundMatches() {
        for (int columns : COLUMNS) {
            Operand x = rows(3, columns).operand();
            float most = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < columns; i++) {
                most = Math.max(most, x.segment().get(ValueLayout.JAVA_FLOAT, x.row(1) + 4L * i));
            }
            for (float bound : new float[] {most, Math.nextDown(most), 0, Float.NEGATIVE_INFINITY, Float.NaN}) {
                for (int from : new int[] {0, columns / 2, columns}) {
                    assertThat(assembled.firstAbove(x, 1, from, bound, scratch))
                            .as("above %s from %d of %d", bound, from, columns)
                            .isEqualTo(scalar.firstAbove(x, 1, from, bound, scratch));
                }
            }
            x.segment().set(ValueLayout.JAVA_FLOAT, x.row(1) + 4L * (columns - 1), Float.NaN);
            assertThat(assembled.firstAbove(x, 1, 0, most, scratch)).isEqualTo(columns - 1);
        }
    }

    @Test
    void gatesMatch() {
        for (Activation activation : Activation.values()) {
            for (int columns : COLUMNS) {
                Strided gate = rows(3, columns);
                Strided up = rows(3, columns);
                Strided expected = rows(3, columns);
                Strided actual = expected.copy();
                scalar.gate(expected.operand(), gate.operand(), up.operand(), activation, 0, 3, scratch);
                assembled.gate(actual.operand(), gate.operand(), up.operand(), activation, 0, 3, scratch);
                actual.verify(expected, 1e-6, activation + " of " + columns);
            }
        }
    }

    @Test
    void gatesOfExtremeValuesMatch() {
        MemorySegment g = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, EXTREME);
        Operand gate = new Operand().set(g, 0, g.byteSize(), 1, EXTREME.length);
        MemorySegment ones = Arena.ofAuto().allocate(g.byteSize(), 4);
        for (int i = 0; i < EXTREME.length; i++) {
            ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
        }
        Operand up = new Operand().set(ones, 0, g.byteSize(), 1, EXTREME.length);
        for (Activation activation : Activation.values()) {
            MemorySegment e = Arena.ofAuto().allocate(g.byteSize(), 4);
            MemorySegment a = Arena.ofAuto().allocate(g.byteSize(), 4);
            scalar.gate(new Operand().set(e, 0, e.byteSize(), 1, EXTREME.length), gate, up, activation, 0, 1, scratch);
            assembled.gate(
                    new Operand().set(a, 0, a.byteSize(), 1, EXTREME.length), gate, up, activation, 0, 1, scratch);
            for (int i = 0; i < EXTREME.length; i++) {
                float expected = e.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                float actual = a.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                double bound = Math.max(1e-30, Math.abs(expected) * 1e-5);
                assertThat(Float.compare(expected, actual) == 0 || Math.abs((double) expected - actual) <= bound)
                        .as("%s of %s: %s, not %s", activation, EXTREME[i], expected, actual)
                        .isTrue();
            }
        }
    }

    @Test
    void rotationsMatch() {
        for (RopeSpec.Style style : RopeSpec.Style.values()) {
            for (int pairs : new int[] {1, 3, 4, 8, 13, 32, 64}) {
                for (int headDim : new int[] {2 * pairs, 2 * pairs + 6}) {
                    Strided table = rows(4, 2 * pairs);
                    Strided expected = rows(4, 3 * headDim);
                    Strided actual = expected.copy();
                    scalar.rope(expected.operand(), table.operand(), headDim, style, 1, 4, scratch);
                    assembled.rope(actual.operand(), table.operand(), headDim, style, 1, 4, scratch);
                    actual.verify(expected, 1e-6, style + " of " + pairs + " pairs");
                }
            }
        }
    }

    @Test
    void conversionsToF16AreTheSame() {
        for (int columns : new int[] {1, 7, 8, 29, 4096}) {
            MemorySegment x = Arena.ofAuto().allocate(4L * columns, 4);
            for (int i = 0; i < columns; i++) {
                boolean special = i % 8 == 3;
                float value = special ? EXTREME[i / 8 % EXTREME.length] : Float.intBitsToFloat(random.nextInt());
                x.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.isNaN(value) ? Float.NaN : value);
            }
            MemorySegment expected = Arena.ofAuto().allocate(2L * columns);
            MemorySegment actual = Arena.ofAuto().allocate(2L * columns);
            scalar.encode(QuantTypes.F16, x, 0, expected, 0, columns, scratch);
            assembled.encode(QuantTypes.F16, x, 0, actual, 0, columns, scratch);
            assertThat(actual.mismatch(expected)).as("%d encoded", columns).isEqualTo(-1);
            assembled.round(QuantTypes.F16, new Operand().set(x, 0, x.byteSize(), 1, columns), 0, 1, scratch);
            float[] decoded = new float[columns];
            QuantTypes.F16.decode(expected, 0, decoded, 0, columns);
            assertThat(x.toArray(ValueLayout.JAVA_FLOAT))
                    .as("%d rounded", columns)
                    .isEqualTo(decoded);
        }
    }
}
