package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 5-bit values in 8 groups of 32, each with a 6-bit scale and minimum:
 * {@code x = (d * scale) * q - (dmin * min)}.
 *
 * <p>Block of 256: as {@link Q4_K}, with 32 bytes of fifth bits before the 128 bytes of nibbles: the fifth bit of element
 * {@code i} of group {@code g} is bit {@code g} of byte {@code i}.
 */
final class Q5_K implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 176;

    @Override
    public String name() {
        return "Q5_K";
    }

    @Override
    public int ggufId() {
        return 13;
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
                long fifths = block + 16;
                long values = block + 48 + (group >>> 1) * 32L;
                int shift = (group & 1) * 4;
                for (int i = 0; i < 32; i++) {
                    int low = Blocks.u8(src, values + i) >>> shift & 0xF;
                    int fifth = Blocks.u8(src, fifths + i) >>> group & 1;
                    dst[y + group * 32 + i] = scale * (low | fifth << 4) - min;
                }
            }
        }
    }
}
