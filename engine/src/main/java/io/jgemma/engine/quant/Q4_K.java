package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit values in 8 groups of 32, each with a 6-bit scale and minimum:
 * {@code x = (d * scale) * q - (dmin * min)}.
 *
 * <p>Block of 256: F16 {@code d}; F16 {@code dmin}; 12 bytes of scales and minima (see {@link SixBitScales}); 128 bytes of
 * values. Each 32 bytes of values hold two groups: low nibbles, then high nibbles.
 */
final class Q4_K implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 144;

    @Override
    public String name() {
        return "Q4_K";
    }

    @Override
    public int ggufId() {
        return 12;
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
            float d = Blocks.f16(src, block);
            float dmin = Blocks.f16(src, block + 2);
            for (int group = 0; group < 8; group++) {
                float scale = d * SixBitScales.scale(src, block + 4, group);
                float min = dmin * SixBitScales.min(src, block + 4, group);
                long values = block + 16 + (group >>> 1) * 32L;
                int shift = (group & 1) * 4;
                for (int i = 0; i < 32; i++) {
                    dst[y + group * 32 + i] = scale * (Blocks.u8(src, values + i) >>> shift & 0xF) - min;
                }
            }
        }
    }
}
