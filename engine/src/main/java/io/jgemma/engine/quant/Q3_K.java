package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 3-bit values in 16 groups of 16, each with a 6-bit scale: {@code x = (d * (scale - 32)) * (q - 4)}.
 *
 * <p>Block of 256: 32 bytes of third bits; 64 bytes with the low two bits, ordered as in {@link Q2_K}; 12 bytes of scales;
 * F16 {@code d}. The third bit of element {@code i} is bit {@code i / 32} of byte {@code i % 32}. The low four bits of scale
 * {@code j} are a nibble of byte {@code j % 8} (the low nibble for the first eight), its high two bits are bits
 * {@code 2 * (j / 4)} and up of byte {@code 8 + j % 4}.
 */
final class Q3_K implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 110;

    @Override
    public String name() {
        return "Q3_K";
    }

    @Override
    public int ggufId() {
        return 11;
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
            float d = Blocks.f16(src, block + 108);
            for (int group = 0; group < 16; group++) {
                float scale = d * (scale(src, block + 96, group) - 32);
                long values = block + 32 + (group >>> 3) * 32L + (group & 1) * 16L;
                long thirds = block + (group & 1) * 16L;
                int shift = ((group >>> 1) & 3) * 2;
                int bit = group >>> 1;
                for (int i = 0; i < 16; i++) {
                    int low = Blocks.u8(src, values + i) >>> shift & 3;
                    int third = Blocks.u8(src, thirds + i) >>> bit & 1;
                    dst[y + group * 16 + i] = scale * ((low | third << 2) - 4);
                }
            }
        }
    }

    private static int scale(MemorySegment src, long scales, int group) {
        int low = Blocks.u8(src, scales + (group & 7)) >>> ((group >>> 3) * 4) & 0xF;
        int high = Blocks.u8(src, scales + 8 + (group & 3)) >>> ((group >>> 2) * 2) & 3;
        return low | high << 4;
    }
}
