package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.vector.Strided;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention in products of bytes is as near to the scalar kernels as 8 bits can be, and touches nothing beside its results. */
class ByteAttentionTwinsTest {

    /** Both factors rounded to 8 bits, 32 of normally distributed ones with one scale: about 1e-4 is expected. */
    private static final double NMSE = 3e-4;

    private static final int[] DIMS = {32, 64, 96, 128, 256};
    private static final int[] QUERIES = {24, 25, 29, 30, 64, 128};

    private final SplittableRandom random = new SplittableRandom(9);
    private final Scratch scratch = new Scratch();
    private final ScalarKernels scalar = new ScalarKernels();
    private X86Kernels assembled;

    @BeforeEach
    void needsTheMachine() {
        X86Support support = X86Support.find();
        assumeTrue(support.isPresent(), "no assembled kernels on this machine");
        assumeTrue(Isa.of(support.features().orElseThrow()).isWide(), "no 512-bit registers on this machine");
        assembled = X86Kernels.assemble(support, OtherKernels.ofThisJvm(), 8);
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

    private static void compare(Strided actual, Strided expected, String what) {
        // Any value, but the gaps as they were.
        actual.verify(expected, 0.25 * Math.sqrt(energy(expected, expected)), what);
        assertThat(energy(actual, expected) / energy(expected, expected))
                .as(what)
                .isBetween(1e-9, NMSE);
    }

    /** Mean square of the difference, or of the values where both are the same. */
    private static double energy(Strided a, Strided b) {
        Operand shape = a.operand();
        double sum = 0;
        for (int r = 0; r < shape.rows(); r++) {
            for (int c = 0; c < shape.columns(); c++) {
                double difference = a == b ? a.get(r, c) : a.get(r, c) - b.get(r, c);
                sum += difference * difference;
            }
        }
        return sum / shape.rows() / shape.columns();
    }

    @Test
    void tilesAreNear() {
        for (QuantType type : List.of(QuantTypes.Q4_0, QuantTypes.Q8_0)) {
            for (int dim : DIMS) {
                for (int queries : QUERIES) {
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
        compare(actual, expected, queries + " queries with " + tiles + " tiles of " + type.name() + " keys " + dim);
    }

    private void values(QuantType type, int dim, int queries, int tiles) {
        KvTile values = tiles(type, 32, dim, tiles);
        Strided p = rows(queries, 32 * tiles);
        Strided expected = rows(queries, dim);
        Strided actual = expected.copy();
        scalar.accumulate(expected.operand(), p.operand(), values, scratch);
        assembled.accumulate(actual.operand(), p.operand(), values, scratch);
        compare(actual, expected, queries + " rows with " + tiles + " tiles of " + type.name() + " values " + dim);
    }

    private KvTile tiles(QuantType type, int tileRows, int columns, int count) {
        MemorySegment memory = Arena.ofAuto().allocate(count * type.bytes((long) tileRows * columns) + 3);
        KvTile tile = new KvTile().set(type, memory, 3, tileRows, columns, count);
        for (int i = 0; i < memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
        }
        for (int i = 0; i < count; i++) {
            for (int b = 0; b < tile.blocks(); b++) {
                short scale = Float.floatToFloat16((float) random.nextGaussian() / 8);
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, tile.at(i).scale(b), scale);
            }
        }
        return tile.at(0);
    }

    /** What is no number stays none, in its own row or column and nowhere else; and nothing but zeros gives zeros. */
    @Test
    void extremesStayInTheirPlaces() {
        KvTile values = tiles(QuantTypes.Q8_0, 32, 64, 2);
        scale(values, 0, 2 * 5, Float.NaN);
        scale(values, 1, 2 * 9, Float.POSITIVE_INFINITY);
        Strided p = rows(32, 64);
        p.set(7, 0, Float.NaN);
        for (int t = 0; t < 64; t++) {
            p.set(8, t, 0);
            scale(values, t / 32, 2 * (t % 32) + 1, 0);
        }
        Strided sums = rows(32, 64);
        for (int r = 0; r < 32; r++) {
            for (int c = 0; c < 64; c++) {
                sums.set(r, c, 0);
            }
        }
        assembled.accumulate(sums.operand(), p.operand(), values, scratch);
        for (int r = 0; r < 32; r++) {
            for (int c = 0; c < 64; c++) {
                // Columns 0 to 31 share the blocks whose scales are no numbers, columns 32 to 63 are all zero.
                boolean none = r == 7 || c < 32;
                assertThat(Float.isFinite(sums.get(r, c)))
                        .as("row %d column %d", r, c)
                        .isEqualTo(!none);
                if (!none) {
                    assertThat(sums.get(r, c)).isZero();
                }
            }
        }
    }

    private static void scale(KvTile tiles, int tile, int block, float value) {
        tiles.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, tiles.at(tile).scale(block), Float.floatToFloat16(value));
        tiles.at(0);
    }
}
