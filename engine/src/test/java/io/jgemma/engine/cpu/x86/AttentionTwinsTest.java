package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.vector.Strided;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.attention.X86WordAttention;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Assembled attention gives what the scalar kernels give, on all levels of instructions, at odd sizes and with extreme values. */
class AttentionTwinsTest {

    private static final float MINUS_INFINITY = Float.NEGATIVE_INFINITY;

    private final SplittableRandom random = new SplittableRandom(8);
    private final Scratch scratch = new Scratch();
    private final ScalarKernels scalar = new ScalarKernels();
    private X86Kernels assembled;
    private boolean inWords;

    private void assemble(Isa isa) {
        X86Support support = X86Support.find().limitedTo(isa);
        assumeTrue(support.isPresent(), support::reason);
        assembled = X86Kernels.assemble(support, OtherKernels.ofThisJvm(), 16);
        inWords = X86WordAttention.supports(isa);
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

    @ParameterizedTest
    @EnumSource(Isa.class)
    void productsMatch(Isa isa) {
        assemble(isa);
        for (int dim : new int[] {16, 40, 64, 80, 96, 128, 192, 256}) {
            for (int repeat = 0; repeat < 12; repeat++) {
                Strided q = rows(1 + random.nextInt(9), dim);
                Strided k = rows(1 + random.nextInt(37), dim);
                Strided expected = rows(q.operand().rows(), k.operand().rows());
                Strided actual = expected.copy();
                scalar.products(expected.operand(), q.operand(), k.operand(), scratch);
                assembled.products(actual.operand(), q.operand(), k.operand(), scratch);
                actual.verify(expected, 1e-5, "products over " + dim);
                if (assembled.reads(QuantTypes.F16, dim)) {
                    Operand halves = halves(k.operand());
                    scalar.products(expected.operand(), q.operand(), decoded(halves), scratch);
                    assembled.products(actual.operand(), q.operand(), halves, scratch);
                    actual.verify(expected, 1e-5, "products over " + dim + " with F16");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void weightedRowsMatch(Isa isa) {
        assemble(isa);
        for (int dim : new int[] {16, 32, 40, 64, 80, 96, 128, 192, 256}) {
            for (int queries = 1; queries <= 26; queries++) {
                int tokens = 1 + random.nextInt(70);
                Strided p = rows(queries, tokens);
                Strided v = rows(tokens, dim);
                Strided expected = rows(queries, dim);
                Strided actual = expected.copy();
                scalar.accumulate(expected.operand(), p.operand(), v.operand(), scratch);
                assembled.accumulate(actual.operand(), p.operand(), v.operand(), scratch);
                actual.verify(expected, 3e-5, tokens + " rows of " + dim);
                if (assembled.reads(QuantTypes.F16, dim)) {
                    Operand halves = halves(v.operand());
                    scalar.accumulate(expected.operand(), p.operand(), decoded(halves), scratch);
                    assembled.accumulate(actual.operand(), p.operand(), halves, scratch);
                    actual.verify(expected, 3e-5, tokens + " F16 rows of " + dim);
                }
            }
        }
    }

    private Operand halves(Operand rows) {
        int bytes = 2 * rows.columns() + 6;
        MemorySegment memory = Arena.ofAuto().allocate((long) rows.rows() * bytes);
        for (int r = 0; r < rows.rows(); r++) {
            scalar.encode(
                    QuantTypes.F16, rows.segment(), rows.row(r), memory, (long) r * bytes, rows.columns(), scratch);
        }
        return new Operand().set(QuantTypes.F16, memory, 0, bytes, rows.rows(), rows.columns());
    }

    private Operand decoded(Operand halves) {
        int columns = halves.columns();
        MemorySegment memory = Arena.ofAuto().allocate(4L * halves.rows() * columns);
        for (int r = 0; r < halves.rows(); r++) {
            scalar.decode(QuantTypes.F16, halves.segment(), halves.row(r), memory, 4L * r * columns, columns, scratch);
        }
        return new Operand().set(memory, 0, 4L * columns, halves.rows(), columns);
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void tilesMatch(Isa isa) {
        assemble(isa);
        for (QuantType type : List.of(QuantTypes.Q4_0, QuantTypes.Q8_0)) {
            for (int dim : new int[] {32, 40, 64, 80, 96, 128, 192, 256}) {
                for (int queries = 1; queries <= 25; queries++) {
                    int tiles = 1 + random.nextInt(8);
                    scores(type, dim, queries, tiles);
                    values(type, dim, queries, tiles);
                }
            }
        }
    }

    private void scores(QuantType type, int dim, int queries, int tiles) {
        KvTile keys = tiles(type, dim, 32, tiles);
        Strided q = rows(queries, dim);
        Operand begin = new Operand().set(Arena.ofAuto().allocate(4L * queries), 0, 4, queries, 1);
        for (int i = 0; i < queries; i++) {
            begin.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        Strided expected = rows(queries, 32 * tiles);
        Strided actual = expected.copy();
        scalar.scores(expected.operand(), q.operand(), begin, keys, scratch);
        assembled.scores(actual.operand(), q.operand(), begin, keys, scratch);
        actual.verify(
                expected,
                tolerance(type),
                queries + " queries with " + tiles + " tiles of " + type.name() + " keys " + dim);
    }

    private void values(QuantType type, int dim, int queries, int tiles) {
        KvTile values = tiles(type, 32, dim, tiles);
        Strided p = rows(queries, 32 * tiles);
        Strided expected = rows(queries, dim);
        Strided actual = expected.copy();
        scalar.accumulate(expected.operand(), p.operand(), values, scratch);
        assembled.accumulate(actual.operand(), p.operand(), values, scratch);
        actual.verify(
                expected,
                tolerance(type),
                queries + " rows with " + tiles + " tiles of " + type.name() + " values " + dim);
    }

    /**
     * Products of words: queries and weights keep 15 bits beside the largest of a run, which codes of up to 8, or of up to 128,
     * multiply. Others are of floats.
     */
    private double tolerance(QuantType type) {
        if (!inWords) {
            return 3e-5;
        }
        return type == QuantTypes.Q4_0 ? 1.5e-3 : 24e-3;
    }

    private KvTile tiles(QuantType type, int tileRows, int columns, int count) {
        MemorySegment memory = Arena.ofAuto().allocate(count * type.bytes((long) tileRows * columns) + 3);
        for (int i = 0; i < memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
        }
        KvTile tile = new KvTile().set(type, memory, 3, tileRows, columns, count);
        for (int i = 0; i < count; i++) {
            for (int b = 0; b < tile.blocks(); b++) {
                short scale = Float.floatToFloat16((float) random.nextGaussian() / 64);
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, tile.at(i).scale(b), scale);
            }
        }
        return tile.at(0);
    }

    /** What is no number stays none where it goes in, and scales or weights of 0 give 0. */
    @ParameterizedTest
    @EnumSource(Isa.class)
    void extremesDoNotBecomeNumbers(Isa isa) {
        assemble(isa);
        KvTile values = tiles(QuantTypes.Q4_0, 32, 64, 2);
        for (int t = 0; t < 64; t++) {
            values.segment()
                    .set(ValueLayout.JAVA_SHORT_UNALIGNED, values.at(t / 32).scale(2 * (t % 32) + 1), (short) 0);
        }
        values.at(0);
        Strided p = rows(5, 64);
        p.set(2, 7, Float.POSITIVE_INFINITY);
        for (int t = 0; t < 64; t++) {
            p.set(3, t, 0);
        }
        Strided sums = rows(5, 64);
        Strided before = sums.copy();
        assembled.accumulate(sums.operand(), p.operand(), values, scratch);
        for (int c = 0; c < 64; c++) {
            assertThat(Float.isFinite(sums.get(2, c)))
                    .as("a weight that is infinite")
                    .isFalse();
            assertThat(sums.get(3, c)).as("weights of 0").isEqualTo(before.get(3, c));
            assertThat(sums.get(1, c) == before.get(1, c)).as("scales of 0").isEqualTo(c >= 32);
        }
        values.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, values.at(1).scale(6), Float.floatToFloat16(Float.NaN));
        values.at(0);
        assembled.accumulate(sums.operand(), p.operand(), values, scratch);
        for (int c = 0; c < 32; c++) {
            assertThat(sums.get(0, c)).as("a scale that is no number").isNaN();
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void softmaxStepsMatch(Isa isa) {
        assemble(isa);
        for (int tokens : new int[] {1, 2, 15, 16, 17, 31, 32, 33, 63, 255, 256}) {
            int queries = 7;
            int columns = 40;
            Strided expectedSums = rows(queries, columns);
            Strided expectedState = rows(queries, 2);
            for (int i = 0; i < queries; i++) {
                expectedState.set(i, 0, MINUS_INFINITY);
                expectedState.set(i, 1, 0);
                for (int c = 0; c < columns; c++) {
                    expectedSums.set(i, c, 0);
                }
            }
            Strided actualSums = expectedSums.copy();
            Strided actualState = expectedState.copy();
            for (int step = 0; step < 6; step++) {
                Strided expected = steps(queries, tokens, step);
                Strided actual = expected.copy();
                String what = "step " + step + " over " + tokens;
                scalar.softmaxStep(expected.operand(), expectedSums.operand(), expectedState.operand(), scratch);
                assembled.softmaxStep(actual.operand(), actualSums.operand(), actualState.operand(), scratch);
                actual.verify(expected, 2e-7, what + ", weights");
                actualSums.verify(expectedSums, 1e-6, what + ", sums");
                actualState.verify(expectedState, 1e-6, what + ", state");
                // As the sums of values would grow.
                for (int i = 1; i < queries; i++) {
                    if (expectedState.get(i, 0) != MINUS_INFINITY) {
                        expectedSums.set(i, 3, expectedSums.get(i, 3) + step);
                        actualSums.set(i, 3, actualSums.get(i, 3) + step);
                    }
                }
            }
        }
    }

    /** Rows of a step: all hidden, partly hidden, hidden at first only, huge, tiny, falling, and plain. */
    private Strided steps(int queries, int tokens, int step) {
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
            scores.set(5, t, -0.75f * t - step);
        }
        return scores;
    }
}
