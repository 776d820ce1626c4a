package io.jgemma.engine.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.RandomBlocks;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each vector kernel gives what the scalar one gives, on parts of matrices with gaps between their rows. */
@Tag("width")
class KernelTwinsTest {

    private static final int[] COLUMNS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 100, 257, 1023};
    private static final float MINUS_INFINITY = Float.NEGATIVE_INFINITY;

    private final SplittableRandom random = new SplittableRandom(42);
    private final Scratch scratch = new Scratch();
    private final CpuKernels scalar = new ScalarKernels();
    private final CpuKernels vector = new VectorKernels();

    @AfterEach
    void close() {
        scratch.close();
    }

    private Strided rows(int rows, int columns) {
        return Strided.random(random, rows, columns);
    }

    // types

    @Test
    void decodingIsBitEqualWhateverTheBytes() {
        for (QuantType type : QuantTypes.all()) {
            for (int blocks = 1; blocks <= 40; blocks += blocks < 8 ? 1 : 11) {
                int count = blocks * type.blockSize();
                byte[] bytes = new byte[(int) type.bytes(count) + 1];
                random.nextBytes(bytes);
                float[] expected = new float[count];
                type.decode(MemorySegment.ofArray(bytes), 1, expected, 0, count);
                MemorySegment stored = Arena.ofAuto().allocate(bytes.length, 1);
                stored.copyFrom(MemorySegment.ofArray(bytes));
                MemorySegment actual = Arena.ofAuto().allocate(4L * (count + 2), 4);
                vector.decode(type, stored, 1, actual, 4, count, scratch);
                for (int i = 0; i < count; i++) {
                    assertThat(Float.floatToIntBits(actual.getAtIndex(ValueLayout.JAVA_FLOAT, i + 1)))
                            .as("%s element %d of %d", type.name(), i, count)
                            .isEqualTo(Float.floatToIntBits(expected[i]));
                }
                assertThat(actual.getAtIndex(ValueLayout.JAVA_INT, 0)).isZero();
                assertThat(actual.getAtIndex(ValueLayout.JAVA_INT, count + 1)).isZero();
            }
        }
    }

    @Test
    void encodingRoundsToNearestEven() {
        float[] values = new float[20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        float[] special = {
            0,
            -0f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            MINUS_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            65504,
            65519,
            65520,
            0x1p-24f,
            0x1p-25f,
            0x1.000002p-25f,
            0x1.01p0f,
            0x1.03p0f,
            0x1.010002p0f
        };
        System.arraycopy(special, 0, values, 0, special.length);
        MemorySegment source = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
        for (QuantType type : new QuantType[] {QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16}) {
            MemorySegment expected = encode(scalar, type, source, values.length);
            MemorySegment actual = encode(vector, type, source, values.length);
            float[] e = new float[values.length];
            float[] a = new float[values.length];
            type.decode(expected, 0, e, 0, e.length);
            type.decode(actual, 0, a, 0, a.length);
            // Arrays of floats are compared like Float.equals: all NaN are the same, 0 and -0 are not.
            assertThat(a).as(type.name()).isEqualTo(e);
        }
        checkBrainFloats(values, encode(vector, QuantTypes.BF16, source, values.length));
    }

    private static MemorySegment encode(CpuKernels kernels, QuantType type, MemorySegment source, int count) {
        MemorySegment stored = Arena.ofAuto().allocate(type.bytes(count));
        try (Scratch scratch = new Scratch()) {
            kernels.encode(type, source, 0, stored, 0, count, scratch);
        }
        return stored;
    }

    /** The nearest of the two neighbours, found in double precision; the even one of two as near. */
    private static void checkBrainFloats(float[] values, MemorySegment stored) {
        for (int i = 0; i < values.length; i++) {
            float x = values[i];
            float y = Float.intBitsToFloat(stored.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
            if (Float.isNaN(x) || Float.isInfinite(x)) {
                assertThat(Float.floatToIntBits(y)).isEqualTo(Float.floatToIntBits(x));
                continue;
            }
            int bits = Float.floatToRawIntBits(x);
            double toward = Float.intBitsToFloat(bits & 0xffff0000);
            double step = Math.abs(toward - Float.intBitsToFloat((bits & 0xffff0000) ^ 0x10000));
            double distance = Math.abs(x - toward);
            boolean even = (bits & 0x10000) == 0;
            double spacing = Math.max(step, Math.ulp((float) toward) * 65536);
            if (distance < spacing / 2 || (distance == spacing / 2 && even)) {
                assertThat((double) y).as("%a", x).isEqualTo(toward);
            } else {
                assertThat((double) y).as("%a", x).isEqualTo((double)
                        Float.intBitsToFloat((bits & 0xffff0000) + 0x10000));
            }
        }
    }

    @Test
    void typesThatCannotBeStoredAreRefused() {
        MemorySegment memory = Arena.ofAuto().allocate(4096);
        assertThatThrownBy(() -> vector.encode(QuantTypes.Q6_K, memory, 0, memory, 2048, 256, scratch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q6_K");
    }

    @Test
    void matmulOfSomeOutputsLeavesTheOthers() {
        for (QuantType type : QuantTypes.all()) {
            for (int rows : new int[] {1, 2, 3, 4, 5, 9}) {
                int columns = type.blockSize() == 1 ? 71 : 1280;
                MemorySegment blocks = RandomBlocks.of(type, 20, columns, random, Arena.ofAuto());
                Operand w = new Operand().set(type, blocks, 0, type.bytes(columns), 20, columns);
                Strided x = rows(rows, columns);
                Strided expected = rows(rows, 20);
                Strided actual = expected.copy();
                int from = random.nextInt(10);
                int to = from + 1 + random.nextInt(10);
                scalar.matmul(expected.operand(), w, x.operand(), from, to, scratch);
                try (Scratch shared = new Scratch()) {
                    Operand prepared = vector.prepared(w, x.operand(), shared);
                    if (rows < 4 && type == QuantTypes.Q4_0) {
                        vector.prepare(w, x.operand(), prepared, 0, rows, shared);
                    }
                    vector.matmul(actual.operand(), w, prepared, from, to, scratch);
                }
                // Values of a type deviate by up to 20, and Q4_0 gives up four bits.
                actual.verify(expected, 1e-3, type.name() + " with " + rows + " rows");
            }
        }
    }

    // attention

    @Test
    void productsMatch() {
        for (int columns : COLUMNS) {
            for (int repeat = 0; repeat < 2; repeat++) {
                Strided a = rows(1 + random.nextInt(8), columns);
                Strided b = rows(1 + random.nextInt(9), columns);
                Operand left = a.operand();
                Operand right = b.operand();
                Strided expected = rows(left.rows(), right.rows());
                Strided actual = expected.copy();
                scalar.products(expected.operand(), left, right, scratch);
                vector.products(actual.operand(), left, right, scratch);
                actual.verify(expected, 1e-6 * (4 + Math.sqrt(columns)), "products over " + columns);
            }
        }
    }

    @Test
    void accumulateMatches() {
        for (int columns : COLUMNS) {
            int queries = 1 + random.nextInt(5);
            int tokens = 1 + random.nextInt(32);
            Strided p = rows(queries, tokens);
            Strided v = rows(tokens, columns);
            Strided expected = rows(queries, columns);
            Strided actual = expected.copy();
            scalar.accumulate(expected.operand(), p.operand(), v.operand(), scratch);
            vector.accumulate(actual.operand(), p.operand(), v.operand(), scratch);
            actual.verify(expected, 1e-5, "accumulate " + tokens + " rows of " + columns);
        }
    }

    @Test
    void accumulateTilesMatch() {
        for (QuantType type : List.of(QuantTypes.Q4_0, QuantTypes.Q8_0)) {
            for (int[] shape :
                    new int[][] {{1, 32}, {64, 32}, {80, 32}, {256, 32}, {32, 40}, {32, 64}, {32, 96}, {32, 256}}) {
                for (int queries = 1; queries <= 17; queries++) {
                    accumulateTile(type, shape[0], shape[1], queries);
                }
            }
        }
    }

    private void accumulateTile(QuantType type, int tileRows, int columns, int queries) {
        int bytes = (int) type.bytes((long) tileRows * columns);
        MemorySegment memory = Arena.ofAuto().allocate(bytes + 3);
        for (int i = 0; i < memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
        }
        KvTile tile = new KvTile().set(type, memory, 3, tileRows, columns);
        for (int b = 0; b < tile.blocks(); b++) {
            short scale = Float.floatToFloat16((float) random.nextGaussian() / 64);
            memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, tile.scale(b), scale);
        }
        Strided p = rows(queries, tileRows);
        Strided expected = rows(queries, columns);
        Strided actual = expected.copy();
        scalar.accumulate(expected.operand(), p.operand(), tile, scratch);
        vector.accumulate(actual.operand(), p.operand(), tile, scratch);
        actual.verify(expected, 3e-4, "accumulate a " + type.name() + " tile of " + tileRows + " rows of " + columns);
    }

    @Test
    void roundingMatches() {
        for (QuantType type : List.of(QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16)) {
            Strided expected = rows(5, 37);
            expected.set(0, 0, 1e6f);
            expected.set(0, 1, 1e-7f);
            expected.set(0, 2, -0f);
            Strided actual = expected.copy();
            scalar.round(type, expected.operand(), 1, 5, scratch);
            scalar.round(type, expected.operand(), 0, 1, scratch);
            vector.round(type, actual.operand(), 0, 5, scratch);
            actual.verify(expected, 0, "round to " + type.name());
        }
    }

    @Test
    void softmaxStepsMatch() {
        for (int tokens = 1; tokens <= 33; tokens++) {
            int queries = 6;
            Strided expectedSums = rows(queries, 40);
            Strided expectedState = rows(queries, 2);
            for (int i = 0; i < queries; i++) {
                expectedState.set(i, 0, MINUS_INFINITY);
                expectedState.set(i, 1, 0);
                for (int c = 0; c < 40; c++) {
                    expectedSums.set(i, c, 0);
                }
            }
            Strided actualSums = expectedSums.copy();
            Strided actualState = expectedState.copy();
            for (int step = 0; step < 6; step++) {
                Strided expected = scores(queries, tokens, step);
                Strided actual = expected.copy();
                String what = "step " + step + " over " + tokens;
                scalar.softmaxStep(expected.operand(), expectedSums.operand(), expectedState.operand(), scratch);
                vector.softmaxStep(actual.operand(), actualSums.operand(), actualState.operand(), scratch);
                actual.verify(expected, 1e-6, what + ", weights");
                actualSums.verify(expectedSums, 1e-6, what + ", sums");
                actualState.verify(expectedState, 1e-6, what + ", state");
                // As the sums of values would grow.
                for (int i = 1; i < queries; i++) {
                    if (expectedState.get(i, 0) == MINUS_INFINITY) {
                        continue;
                    }
                    expectedSums.set(i, 3, expectedSums.get(i, 3) + step);
                    actualSums.set(i, 3, actualSums.get(i, 3) + step);
                }
            }
        }
    }

    /** Rows of a step: all hidden, partly hidden, hidden at first only, huge, tiny, and plain. */
    private Strided scores(int queries, int tokens, int step) {
        Strided scores = rows(queries, tokens);
        for (int t = 0; t < tokens; t++) {
            scores.set(0, t, MINUS_INFINITY);
            if (random.nextBoolean()) {
                scores.set(1, t, MINUS_INFINITY);
            }
            if (step < 3) {
                scores.set(2, t, MINUS_INFINITY);
            }
            scores.set(3, t, scores.get(3, t) * 1e4f);
            scores.set(4, t, -1e30f * (step + 1));
        }
        return scores;
    }

    @Test
    void hiddenRowsWeighNothing() {
        Strided s = rows(1, 21);
        Strided o = rows(1, 9);
        Strided state = rows(1, 2);
        for (int t = 0; t < 21; t++) {
            s.set(0, t, MINUS_INFINITY);
        }
        for (int c = 0; c < 9; c++) {
            o.set(0, c, 0);
        }
        state.set(0, 0, MINUS_INFINITY);
        state.set(0, 1, 0);
        vector.softmaxStep(s.operand(), o.operand(), state.operand(), scratch);
        for (int t = 0; t < 21; t++) {
            assertThat(s.get(0, t)).isZero();
        }
        assertThat(o.get(0, 8)).isZero();
        assertThat(state.get(0, 0)).isEqualTo(MINUS_INFINITY);
        assertThat(state.get(0, 1)).isZero();
    }

    // rows

    @Test
    void rowsOutsideTheRangeStay() {
        for (int columns : COLUMNS) {
            int rows = 6;
            int from = random.nextInt(3);
            int to = from + random.nextInt(4);
            Strided x = rows(rows, columns);
            Strided h = rows(rows, columns);
            Strided w = rows(1, columns);
            Strided expected = rows(rows, columns);
            Strided actual = expected.copy();
            String what = "rows " + from + " to " + to + " of " + columns + " columns, ";
            scalar.rmsNorm(expected.operand(), x.operand(), w.operand(), 1e-6f, from, to, scratch);
            vector.rmsNorm(actual.operand(), x.operand(), w.operand(), 1e-6f, from, to, scratch);
            actual.verify(expected, 2e-6, what + "rmsNorm");
            scalar.add(expected.operand(), h.operand(), from, to, scratch);
            vector.add(actual.operand(), h.operand(), from, to, scratch);
            actual.verify(expected, 2e-6, what + "add");
            scalar.add(expected.operand(), w.operand(), from, to, scratch);
            vector.add(actual.operand(), w.operand(), from, to, scratch);
            actual.verify(expected, 2e-6, what + "add of one row");
            scalar.scale(expected.operand(), x.operand(), 0.3f, from, to, scratch);
            vector.scale(actual.operand(), x.operand(), 0.3f, from, to, scratch);
            actual.verify(expected, 0, what + "scale");
            for (Activation f : Activation.values()) {
                scalar.gate(expected.operand(), x.operand(), h.operand(), f, from, to, scratch);
                vector.gate(actual.operand(), x.operand(), h.operand(), f, from, to, scratch);
                actual.verify(expected, 2e-6, what + f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RopeSpec.Style.class)
    void ropeMatches(RopeSpec.Style style) {
        for (int headDim : new int[] {2, 4, 6, 10, 40, 64, 80, 128, 256}) {
            for (int turned = 2; turned <= headDim; turned += Math.max(2, headDim / 4 / 2 * 2)) {
                Strided table = rows(5, turned);
                Strided expected = rows(5, 3 * headDim);
                Strided actual = expected.copy();
                scalar.rope(expected.operand(), table.operand(), headDim, style, 1, 4, scratch);
                vector.rope(actual.operand(), table.operand(), headDim, style, 1, 4, scratch);
                actual.verify(expected, 1e-6, style + " rope of " + turned + " of " + headDim);
            }
        }
    }
}
