package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.RowOrder;
import io.jgemma.engine.cpu.x86.weights.RowQuantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rounding to 16 bits: exact codes, scale and sum, also of zeros, of tiny and huge values and of what is no number. */
class RowQuantizerTest {

    private static final int SIZE = BlockFormat.SIZE;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment q = arena.allocate(2L * SIZE, 2);
    private final MemorySegment d = arena.allocate(4, 4);
    private final MemorySegment t = arena.allocate(8, 4);

    @BeforeEach
    void needsTheMachine() {
        assumeTrue(X86Support.find().isPresent(), "no assembled kernels on this machine");
    }

    private void quantize(float[] block) {
        quantize(RowOrder.PLAIN, block);
    }

    private void quantize(RowOrder order, float[] block) {
        MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_FLOAT, block);
        MemorySegment arguments =
                arena.allocateFrom(ValueLayout.JAVA_LONG, x.address(), q.address(), d.address(), t.address(), 1);
        try (CodeCache code = CodeCache.load(Map.of("quantize", RowQuantizer.assemble(order)))) {
            code.routine("quantize").call(arguments.address());
        }
    }

    private float scale() {
        return d.get(ValueLayout.JAVA_FLOAT, 0);
    }

    @Test
    void valuesAreWithinHalfAStep() {
        SplittableRandom random = new SplittableRandom(5);
        for (float magnitude : new float[] {1e-36f, 1e-30f, 1e-6f, 1, 777, 1e30f, 3e38f}) {
            float[] x = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                x[i] = (float) (magnitude * (2 * random.nextDouble() - 1));
            }
            quantize(x);
            long sum = 0;
            for (int i = 0; i < SIZE; i++) {
                int code = q.getAtIndex(ValueLayout.JAVA_SHORT, i);
                assertThat((double) code * scale())
                        .as("%g element %d: %g", magnitude, i, x[i])
                        .isBetween(x[i] - 0.51 * scale(), x[i] + 0.51 * scale());
                sum += code;
            }
            assertThat(t.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(sum * scale());
        }
    }

    @Test
    void zerosStayZeros() {
        quantize(new float[SIZE]);
        for (int i = 0; i < SIZE; i++) {
            assertThat(q.getAtIndex(ValueLayout.JAVA_SHORT, i)).isZero();
        }
        assertThat(scale()).isFinite();
        assertThat(t.get(ValueLayout.JAVA_FLOAT, 0)).isZero();
    }

    @Test
    void theLargestFillsTheRange() {
        float[] x = new float[SIZE];
        x[17] = -3.7f;
        x[4] = 3.7f;
        quantize(x);
        assertThat(q.getAtIndex(ValueLayout.JAVA_SHORT, 17)).isEqualTo((short) -32767);
        assertThat(q.getAtIndex(ValueLayout.JAVA_SHORT, 4)).isEqualTo((short) 32767);
    }

    @Test
    void whatIsNoNumberSpoilsItsBlock() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int at : new int[] {0, 13, 31}) {
                float[] x = new float[SIZE];
                x[7] = 2;
                x[at] = bad;
                quantize(x);
                assertThat(scale()).as("%s at %d", bad, at).isNaN();
            }
        }
    }

    /** The same integers in another order, with a sum for each half where so asked. */
    @Test
    void evenPlacesComeFirst() {
        SplittableRandom random = new SplittableRandom(9);
        float[] x = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            x[i] = (float) (2 * random.nextDouble() - 1);
        }
        quantize(x);
        short[] plain = q.toArray(ValueLayout.JAVA_SHORT);
        float sum = t.get(ValueLayout.JAVA_FLOAT, 0);
        long first = 0;
        for (int i = 0; i < SIZE / 2; i++) {
            first += plain[i];
        }
        for (RowOrder order : new RowOrder[] {RowOrder.PARTED, RowOrder.PARTED_HALVES}) {
            quantize(order, x);
            for (int i = 0; i < SIZE; i++) {
                assertThat(q.getAtIndex(ValueLayout.JAVA_SHORT, i / 2 + i % 2 * SIZE / 2))
                        .as("%s, element %d", order, i)
                        .isEqualTo(plain[i]);
            }
            float expected = order == RowOrder.PARTED ? sum : first * scale();
            assertThat(t.get(ValueLayout.JAVA_FLOAT, 0)).as("%s", order).isEqualTo(expected);
        }
    }
}
