package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code o[i] += sum_t p[i][t] v[t]} over the rows of a quantized tile, which is both the scores of quantized keys and the
 * sum of quantized values.
 *
 * <p>The scale rides on the small vector: {@code p[i][t] d[t][b]} is computed once, and what is left is the product of an
 * F32 vector with small integers, taken from registers, where up to four queries share what is taken out of a block.
 * Many queries share a tile decoded to F32 instead.
 */
final class TileProducts {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int BLOCK = 32;
    private static final int HALF = 16;
    private static final int OFFSET = 8;

    /** Queries that are summed up together at most. */
    private static final int MOST = 4;

    /** From this many queries on, a decoded tile serves them all. */
    private static final int DECODE_FROM = 12;

    private TileProducts() {}

    static void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        boolean straddling = v.columns() % BLOCK != 0;
        if (straddling || p.rows() >= DECODE_FROM) {
            Operand decoded = scratch.rows(Scratch.Use.WEIGHTS, v.rows(), v.columns());
            decode(v, decoded);
            Attention.accumulate(o, p, decoded);
            return;
        }
        Operand scaled = scratch.rows(Scratch.Use.WEIGHTS, v.rows(), MOST);
        Operand sums = scratch.rows(Scratch.Use.SUMS, 2 * MOST, Lanes.COUNT);
        for (int first = 0; first < p.rows(); ) {
            int count = Math.min(MOST, p.rows() - first);
            int together = count > 2 ? MOST : 2;
            for (int column = 0; column < v.columns() / BLOCK; column++) {
                scale(v, column, p, first, count, scaled);
                for (int j = 0; j < HALF; j += Lanes.COUNT) {
                    products(v, column, j, scaled.segment(), sums.segment(), together);
                    add(v, column, j, sums, o, first, count);
                }
            }
            first += count;
        }
    }

    /** {@code scaled[t][i] = p[first + i][t] d[t][column]}; what is beyond {@code count} is 0. */
    private static void scale(KvTile v, int column, Operand p, int first, int count, Operand scaled) {
        int perRow = v.columns() / BLOCK;
        MemorySegment to = scaled.segment();
        for (int t = 0; t < v.rows(); t++) {
            float d = Lanes.half(v.segment(), v.scale(t * perRow + column));
            for (int i = 0; i < MOST; i++) {
                float x = i < count ? p.segment().get(FLOAT, p.row(first + i) + 4L * t) : 0;
                to.set(FLOAT, scaled.row(t) + 4L * i, x * d);
            }
        }
    }

    private static void products(KvTile v, int column, int j, MemorySegment scaled, MemorySegment sums, int together) {
        long step = (long) v.columns() / BLOCK * v.valueBytes();
        if (v.type() == QuantTypes.Q4_0) {
            long at = v.values(column) + j;
            if (together > 2) {
                fourByNibbles(v.segment(), at, step, v.rows(), scaled, sums);
            } else {
                twoByNibbles(v.segment(), at, step, v.rows(), scaled, sums);
            }
        } else {
            long at = v.values(column) + 2L * j;
            if (together > 2) {
                fourByBytes(v.segment(), at, step, v.rows(), scaled, sums);
            } else {
                twoByBytes(v.segment(), at, step, v.rows(), scaled, sums);
            }
        }
    }

    /**
     * Sums of four queries over {@code n} blocks, {@code step} bytes apart: {@link Lanes#COUNT} columns in the low halves of
     * the bytes, and as many in the high halves.
     */
    private static void fourByNibbles(
            MemorySegment m, long from, long step, int n, MemorySegment w, MemorySegment sums) {
        FloatVector a0 = Lanes.zero();
        FloatVector a1 = Lanes.zero();
        FloatVector a2 = Lanes.zero();
        FloatVector a3 = Lanes.zero();
        FloatVector b0 = Lanes.zero();
        FloatVector b1 = Lanes.zero();
        FloatVector b2 = Lanes.zero();
        FloatVector b3 = Lanes.zero();
        for (int t = 0; t < n; t++) {
            IntVector packed = Lanes.unsignedBytes(m, from + t * step);
            FloatVector low = Lanes.toFloats(packed.and(15).sub(OFFSET));
            FloatVector high =
                    Lanes.toFloats(packed.lanewise(VectorOperators.LSHR, 4).sub(OFFSET));
            long x = 4L * MOST * t;
            a0 = Lanes.broadcast(w.get(FLOAT, x)).fma(low, a0);
            b0 = Lanes.broadcast(w.get(FLOAT, x)).fma(high, b0);
            a1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(low, a1);
            b1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(high, b1);
            a2 = Lanes.broadcast(w.get(FLOAT, x + 8)).fma(low, a2);
            b2 = Lanes.broadcast(w.get(FLOAT, x + 8)).fma(high, b2);
            a3 = Lanes.broadcast(w.get(FLOAT, x + 12)).fma(low, a3);
            b3 = Lanes.broadcast(w.get(FLOAT, x + 12)).fma(high, b3);
        }
        Lanes.store(a0, sums, 0);
        Lanes.store(b0, sums, Lanes.BYTES);
        Lanes.store(a1, sums, 2 * Lanes.BYTES);
        Lanes.store(b1, sums, 3 * Lanes.BYTES);
        Lanes.store(a2, sums, 4 * Lanes.BYTES);
        Lanes.store(b2, sums, 5 * Lanes.BYTES);
        Lanes.store(a3, sums, 6 * Lanes.BYTES);
        Lanes.store(b3, sums, 7 * Lanes.BYTES);
    }

    private static void twoByNibbles(
            MemorySegment m, long from, long step, int n, MemorySegment w, MemorySegment sums) {
        FloatVector a0 = Lanes.zero();
        FloatVector a1 = Lanes.zero();
        FloatVector b0 = Lanes.zero();
        FloatVector b1 = Lanes.zero();
        for (int t = 0; t < n; t++) {
            IntVector packed = Lanes.unsignedBytes(m, from + t * step);
            FloatVector low = Lanes.toFloats(packed.and(15).sub(OFFSET));
            FloatVector high =
                    Lanes.toFloats(packed.lanewise(VectorOperators.LSHR, 4).sub(OFFSET));
            long x = 4L * MOST * t;
            a0 = Lanes.broadcast(w.get(FLOAT, x)).fma(low, a0);
            b0 = Lanes.broadcast(w.get(FLOAT, x)).fma(high, b0);
            a1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(low, a1);
            b1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(high, b1);
        }
        Lanes.store(a0, sums, 0);
        Lanes.store(b0, sums, Lanes.BYTES);
        Lanes.store(a1, sums, 2 * Lanes.BYTES);
        Lanes.store(b1, sums, 3 * Lanes.BYTES);
    }

    /** As {@link #fourByNibbles} with a byte for each column: {@link Lanes#COUNT} columns, and the next as many. */
    private static void fourByBytes(MemorySegment m, long from, long step, int n, MemorySegment w, MemorySegment sums) {
        FloatVector a0 = Lanes.zero();
        FloatVector a1 = Lanes.zero();
        FloatVector a2 = Lanes.zero();
        FloatVector a3 = Lanes.zero();
        FloatVector b0 = Lanes.zero();
        FloatVector b1 = Lanes.zero();
        FloatVector b2 = Lanes.zero();
        FloatVector b3 = Lanes.zero();
        for (int t = 0; t < n; t++) {
            FloatVector low = Lanes.toFloats(Lanes.signedBytes(m, from + t * step));
            FloatVector high = Lanes.toFloats(Lanes.signedBytes(m, from + t * step + Lanes.COUNT));
            long x = 4L * MOST * t;
            a0 = Lanes.broadcast(w.get(FLOAT, x)).fma(low, a0);
            b0 = Lanes.broadcast(w.get(FLOAT, x)).fma(high, b0);
            a1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(low, a1);
            b1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(high, b1);
            a2 = Lanes.broadcast(w.get(FLOAT, x + 8)).fma(low, a2);
            b2 = Lanes.broadcast(w.get(FLOAT, x + 8)).fma(high, b2);
            a3 = Lanes.broadcast(w.get(FLOAT, x + 12)).fma(low, a3);
            b3 = Lanes.broadcast(w.get(FLOAT, x + 12)).fma(high, b3);
        }
        Lanes.store(a0, sums, 0);
        Lanes.store(b0, sums, Lanes.BYTES);
        Lanes.store(a1, sums, 2 * Lanes.BYTES);
        Lanes.store(b1, sums, 3 * Lanes.BYTES);
        Lanes.store(a2, sums, 4 * Lanes.BYTES);
        Lanes.store(b2, sums, 5 * Lanes.BYTES);
        Lanes.store(a3, sums, 6 * Lanes.BYTES);
        Lanes.store(b3, sums, 7 * Lanes.BYTES);
    }

    private static void twoByBytes(MemorySegment m, long from, long step, int n, MemorySegment w, MemorySegment sums) {
        FloatVector a0 = Lanes.zero();
        FloatVector a1 = Lanes.zero();
        FloatVector b0 = Lanes.zero();
        FloatVector b1 = Lanes.zero();
        for (int t = 0; t < n; t++) {
            FloatVector low = Lanes.toFloats(Lanes.signedBytes(m, from + t * step));
            FloatVector high = Lanes.toFloats(Lanes.signedBytes(m, from + t * step + Lanes.COUNT));
            long x = 4L * MOST * t;
            a0 = Lanes.broadcast(w.get(FLOAT, x)).fma(low, a0);
            b0 = Lanes.broadcast(w.get(FLOAT, x)).fma(high, b0);
            a1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(low, a1);
            b1 = Lanes.broadcast(w.get(FLOAT, x + 4)).fma(high, b1);
        }
        Lanes.store(a0, sums, 0);
        Lanes.store(b0, sums, Lanes.BYTES);
        Lanes.store(a1, sums, 2 * Lanes.BYTES);
        Lanes.store(b1, sums, 3 * Lanes.BYTES);
    }

    /** Adds the sums of queries {@code first} to {@code first + count} to the columns they belong to. */
    private static void add(KvTile v, int column, int j, Operand sums, Operand o, int first, int count) {
        boolean nibbles = v.type() == QuantTypes.Q4_0;
        int low = column * BLOCK + (nibbles ? j : 2 * j);
        int high = low + (nibbles ? HALF : Lanes.COUNT);
        for (int i = 0; i < count; i++) {
            add(sums, 2 * i, o, o.row(first + i) + 4L * low);
            add(sums, 2 * i + 1, o, o.row(first + i) + 4L * high);
        }
    }

    private static void add(Operand sums, int row, Operand o, long at) {
        FloatVector sum = Lanes.floats(sums.segment(), sums.row(row));
        Lanes.store(Lanes.floats(o.segment(), at).add(sum), o.segment(), at);
    }

    private static void decode(KvTile v, Operand dst) {
        MemorySegment m = v.segment();
        boolean nibbles = v.type() == QuantTypes.Q4_0;
        long to = dst.row(0);
        for (int b = 0; b < v.blocks(); b++) {
            float d = Lanes.half(m, v.scale(b));
            long at = v.values(b);
            if (nibbles) {
                decodeNibbles(m, at, d, dst.segment(), to);
            } else {
                decodeBytes(m, at, d, dst.segment(), to);
            }
            to += 4L * BLOCK;
        }
    }

    private static void decodeNibbles(MemorySegment m, long at, float d, MemorySegment dst, long to) {
        for (int j = 0; j < HALF; j += Lanes.COUNT) {
            IntVector packed = Lanes.unsignedBytes(m, at + j);
            FloatVector low = Lanes.toFloats(packed.and(15).sub(OFFSET));
            FloatVector high =
                    Lanes.toFloats(packed.lanewise(VectorOperators.LSHR, 4).sub(OFFSET));
            Lanes.store(low.mul(d), dst, to + 4L * j);
            Lanes.store(high.mul(d), dst, to + 4L * (j + HALF));
        }
    }

    private static void decodeBytes(MemorySegment m, long at, float d, MemorySegment dst, long to) {
        for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
            Lanes.store(Lanes.toFloats(Lanes.signedBytes(m, at + j)).mul(d), dst, to + 4L * j);
        }
    }
}
