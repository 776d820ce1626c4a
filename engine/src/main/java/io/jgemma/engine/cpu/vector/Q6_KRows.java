package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q6_K: 256 elements in two halves of 128. A half has 64 bytes of low nibbles and 32 bytes of high bit pairs; its
 * quarter {@code k} (32 elements) takes nibble {@code k / 2} of the low bytes at {@code 32 (k % 2)} and bit pair
 * {@code k} of the high bytes. A group is 16 elements of a half's first quarter and those below them in the others. A signed scale for each 16 elements; the F16 scale of the block stands last.
 */
final class Q6_KRows implements RowKernel {

    private static final int BLOCK = 256;
    private static final int BLOCK_BYTES = 210;
    private static final int GROUP = 16;
    private static final int HIGH = 128;
    private static final int SCALES = 192;
    private static final int SCALE = 208;

    @Override
    public QuantType type() {
        return QuantTypes.Q6_K;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long block = offset;
        for (int start = 0; start < n; start += BLOCK) {
            float d = Lanes.half(w, block + SCALE);
            for (int group = 0; group < 4; group++) {
                int at = 128 * (group / 2) + 16 * (group % 2);
                for (int j = 0; j < GROUP; j += Lanes.COUNT) {
                    Quarters q = new Quarters(w, block, group, j);
                    long to = dstOffset + 4L * (start + at + j);
                    Lanes.store(q.first().mul(d * scale(w, block, group, 0)), dst, to);
                    Lanes.store(q.second().mul(d * scale(w, block, group, 1)), dst, to + 4 * 32);
                    Lanes.store(q.third().mul(d * scale(w, block, group, 2)), dst, to + 4 * 64);
                    Lanes.store(q.fourth().mul(d * scale(w, block, group, 3)), dst, to + 4 * 96);
                }
            }
            block += BLOCK_BYTES;
        }
    }

    @Override
    public float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch) {
        FloatVector sum = Lanes.zero();
        long block = offset;
        for (int start = 0; start < n; start += BLOCK) {
            float d = Lanes.half(w, block + SCALE);
            FloatVector part = Lanes.zero();
            for (int group = 0; group < 4; group++) {
                long from = xOffset + 4L * (start + 128 * (group / 2) + 16 * (group % 2));
                part = groupProduct(w, block, group, x, from, part);
            }
            sum = part.fma(Lanes.broadcast(d), sum);
            block += BLOCK_BYTES;
        }
        return Lanes.sum(sum);
    }

    private static FloatVector groupProduct(
            MemorySegment w, long block, int group, MemorySegment x, long from, FloatVector sum) {
        FloatVector s0 = Lanes.zero();
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int j = 0; j < GROUP; j += Lanes.COUNT) {
            Quarters q = new Quarters(w, block, group, j);
            long at = from + 4L * j;
            s0 = q.first().fma(Lanes.floats(x, at), s0);
            s1 = q.second().fma(Lanes.floats(x, at + 4 * 32), s1);
            s2 = q.third().fma(Lanes.floats(x, at + 4 * 64), s2);
            s3 = q.fourth().fma(Lanes.floats(x, at + 4 * 96), s3);
        }
        FloatVector first = s0.fma(Lanes.broadcast(scale(w, block, group, 0)), sum);
        FloatVector second = s1.mul(scale(w, block, group, 1));
        FloatVector both = s2.fma(Lanes.broadcast(scale(w, block, group, 2)), first);
        return s3.fma(Lanes.broadcast(scale(w, block, group, 3)), second).add(both);
    }

    /** Scale of quarter {@code k} in a group: a half has 8 scales, two for each quarter. */
    private static float scale(MemorySegment w, long block, int group, int k) {
        return w.get(ValueLayout.JAVA_BYTE, block + SCALES + 8L * (group / 2) + group % 2 + 2L * k);
    }

    /** Elements at the same place in the four quarters of a half: they share their bytes. */
    private record Quarters(IntVector low, IntVector lowNext, IntVector high) {

        Quarters(MemorySegment w, long block, int group, int j) {
            this(
                    Lanes.unsignedBytes(w, block + 64L * (group / 2) + 16L * (group % 2) + j),
                    Lanes.unsignedBytes(w, block + 64L * (group / 2) + 16L * (group % 2) + 32 + j),
                    Lanes.unsignedBytes(w, block + HIGH + 32L * (group / 2) + 16L * (group % 2) + j));
        }

        FloatVector first() {
            return value(low.and(15), high.lanewise(VectorOperators.LSHL, 4));
        }

        FloatVector second() {
            return value(lowNext.and(15), high.lanewise(VectorOperators.LSHL, 2));
        }

        FloatVector third() {
            return value(low.lanewise(VectorOperators.LSHR, 4), high);
        }

        FloatVector fourth() {
            return value(lowNext.lanewise(VectorOperators.LSHR, 4), high.lanewise(VectorOperators.LSHR, 2));
        }

        private static FloatVector value(IntVector nibble, IntVector bits) {
            return Lanes.toFloats(nibble.or(bits.and(48)).sub(32));
        }
    }
}
