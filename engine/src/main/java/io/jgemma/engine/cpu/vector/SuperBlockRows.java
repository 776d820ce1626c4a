package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q4_K and Q5_K: 256 elements in 8 sub-blocks of 32, {@code x = d * scale * q - dmin * minimum}. F16 {@code d} and
 * {@code dmin}, 12 bytes of six-bit scales and minima, for Q5_K 32 bytes of fifth bits (bit {@code s} belongs to sub-block
 * {@code s}), then nibbles: 32 bytes serve sub-block {@code 2 j} with their low and {@code 2 j + 1} with their high halves.
 */
final class SuperBlockRows extends DecodedRows {

    private static final int BLOCK = 256;
    private static final int SUB_BLOCK = 32;
    private static final int SCALES = 4;
    private static final int FIFTH_BITS = 16;

    private final QuantType type;
    private final boolean fiveBits;
    private final int nibbles;

    SuperBlockRows(QuantType type) {
        this.type = type;
        fiveBits = type == QuantTypes.Q5_K;
        nibbles = fiveBits ? FIFTH_BITS + SUB_BLOCK : FIFTH_BITS;
    }

    @Override
    public QuantType type() {
        return type;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long block = offset;
        for (int start = 0; start < n; start += BLOCK) {
            float d = Lanes.half(w, block);
            float dmin = Lanes.half(w, block + 2);
            for (int sub = 0; sub < BLOCK / SUB_BLOCK; sub++) {
                float scale = d * scale(w, block + SCALES, sub);
                float minimum = dmin * minimum(w, block + SCALES, sub);
                decodeSubBlock(w, block, sub, scale, minimum, dst, dstOffset + 4L * (start + sub * SUB_BLOCK));
            }
            block += type.blockBytes();
        }
    }

    private void decodeSubBlock(
            MemorySegment w, long block, int sub, float scale, float minimum, MemorySegment dst, long dstOffset) {
        for (int j = 0; j < SUB_BLOCK; j += Lanes.COUNT) {
            IntVector q = Lanes.unsignedBytes(w, block + nibbles + (long) SUB_BLOCK * (sub / 2) + j)
                    .lanewise(VectorOperators.LSHR, 4 * (sub % 2))
                    .and(15);
            if (fiveBits) {
                q = q.or(Lanes.unsignedBytes(w, block + FIFTH_BITS + j)
                        .lanewise(VectorOperators.LSHR, sub)
                        .and(1)
                        .lanewise(VectorOperators.LSHL, 4));
            }
            FloatVector value = Lanes.toFloats(q).mul(scale).sub(minimum);
            Lanes.store(value, dst, dstOffset + 4L * j);
        }
    }

    private static int scale(MemorySegment w, long scales, int sub) {
        return sub < 4
                ? at(w, scales + sub) & 63
                : (at(w, scales + sub + 4) & 15) | ((at(w, scales + sub - 4) >> 6) << 4);
    }

    private static int minimum(MemorySegment w, long scales, int sub) {
        return sub < 4
                ? at(w, scales + sub + 4) & 63
                : (at(w, scales + sub + 4) >> 4) | ((at(w, scales + sub) >> 6) << 4);
    }

    private static int at(MemorySegment w, long offset) {
        return w.get(ValueLayout.JAVA_BYTE, offset) & 255;
    }
}
