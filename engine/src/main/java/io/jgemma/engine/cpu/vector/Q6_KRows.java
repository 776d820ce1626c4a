package io.jgemma.engine.cpu.vector;

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
 * {@code k} of the high bytes. A signed scale for each 16 elements; the F16 scale of the block stands last.
 */
final class Q6_KRows extends DecodedRows {

    private static final int BLOCK = 256;
    private static final int BLOCK_BYTES = 210;
    private static final int QUARTER = 32;
    private static final int GROUP = 16;
    private static final long HIGH = 128;
    private static final long SCALES = 192;
    private static final long SCALE = 208;

    @Override
    public QuantType type() {
        return QuantTypes.Q6_K;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long block = offset;
        for (int start = 0; start < n; start += BLOCK) {
            float d = Lanes.half(w, block + SCALE);
            for (int quarter = 0; quarter < BLOCK / QUARTER; quarter++) {
                decodeQuarter(w, block, quarter, d, dst, dstOffset + 4L * (start + quarter * QUARTER));
            }
            block += BLOCK_BYTES;
        }
    }

    /** Quarters 0 to 3 belong to the first half, 4 to 7 to the second. */
    private static void decodeQuarter(MemorySegment w, long block, int quarter, float d, MemorySegment dst, long to) {
        int k = quarter % 4;
        long low = block + 64L * (quarter / 4) + 32L * (k % 2);
        long high = block + HIGH + 32L * (quarter / 4);
        for (int i = 0; i < QUARTER; i += GROUP) {
            float scale = d * w.get(ValueLayout.JAVA_BYTE, block + SCALES + 2L * quarter + i / GROUP);
            for (int j = i; j < i + GROUP; j += Lanes.COUNT) {
                IntVector nibble = Lanes.unsignedBytes(w, low + j)
                        .lanewise(VectorOperators.LSHR, 4 * (k / 2))
                        .and(15);
                IntVector bits = Lanes.unsignedBytes(w, high + j)
                        .lanewise(VectorOperators.LSHR, 2 * k)
                        .and(3)
                        .lanewise(VectorOperators.LSHL, 4);
                FloatVector value = Lanes.toFloats(nibble.or(bits).sub(32)).mul(scale);
                Lanes.store(value, dst, to + 4L * j);
            }
        }
    }
}
