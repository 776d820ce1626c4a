package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 2-bit values in 16 groups of 16, each with a 4-bit scale and minimum:
 * {@code x = (d * scale) * q - (dmin * min)}.
 *
 * <p>Block of 256: 16 bytes, one per group, scale in the low nibble and minimum in the high one; 64 bytes of values; F16
 * {@code d}; F16 {@code dmin}. Each 32 bytes of values hold 128 elements: bits 0 and 1 of byte {@code i} are element
 * {@code i}, bits 2 and 3 element {@code 32 + i}, and so on.
 */
final class Q2_K implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 84;

    @Override
    public String name() {
        return "Q2_K";
    }

    @Override
    public int ggufId() {
        return 10;
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
            float d = Blocks.f16(src, block + 80);
            float dmin = Blocks.f16(src, block + 82);
            for (int group = 0; group < 16; group++) {
                int scales = Blocks.u8(src, block + group);
                float scale = d * (scales & 0xF);
                float min = dmin * (scales >>> 4);
                long values = block + 16 + (group >>> 3) * 32L + (group & 1) * 16L;
                int shift = ((group >>> 1) & 3) * 2;
                for (int i = 0; i < 16; i++) {
                    dst[y + group * 16 + i] = scale * (Blocks.u8(src, values + i) >>> shift & 3) - min;
                }
            }
        }
    }
}
