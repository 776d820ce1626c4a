package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 6-bit values in 16 groups of 16, each with a signed 8-bit scale: {@code x = (d * scale) * (q - 32)}.
 *
 * <p>Block of 256: 128 bytes of low nibbles; 64 bytes of high bit pairs; 16 signed scales; F16 {@code d}. Each half of 128
 * elements has 64 bytes of nibbles (the low ones are its elements 0 to 63, the high ones 64 to 127) and 32 bytes of pairs,
 * the pair at bits {@code 2k} and up of byte {@code i} belonging to element {@code 32 * k + i}.
 */
final class Q6_K implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 210;

    @Override
    public String name() {
        return "Q6_K";
    }

    @Override
    public int ggufId() {
        return 14;
    }

    @Override
    public int blockSize() {
        return BLOCK_SIZE;
    }

    @Override
    public int blockBytes() {
        return BLOCK_BYTES;
    }

    @Override
    public void decode(MemorySegment src, long offsetBytes, float[] dst, int dstOffset, int count) {
        int blocks = Blocks.check(this, src, offsetBytes, dst, dstOffset, count);
        for (int b = 0; b < blocks; b++) {
            long block = offsetBytes + (long) b * BLOCK_BYTES;
            int y = dstOffset + b * BLOCK_SIZE;
            float d = Blocks.f16(src, block + 208);
            for (int group = 0; group < 16; group++) {
                float scale = d * Blocks.i8(src, block + 192 + group);
                int half = group >>> 3;
                int inHalf = group & 7;
                long nibbles = block + half * 64L + (inHalf & 3) * 16L;
                long pairs = block + 128 + half * 32L + (inHalf & 1) * 16L;
                int nibbleShift = (inHalf >>> 2) * 4;
                int pairShift = (inHalf >>> 1) * 2;
                for (int i = 0; i < 16; i++) {
                    int low = Blocks.u8(src, nibbles + i) >>> nibbleShift & 0xF;
                    int high = Blocks.u8(src, pairs + i) >>> pairShift & 3;
                    dst[y + group * 16 + i] = scale * ((low | high << 4) - 32);
                }
            }
        }
    }
}
