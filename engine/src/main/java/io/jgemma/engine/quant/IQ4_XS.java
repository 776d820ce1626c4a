package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * The codes of {@link IQ4_NL} in 8 groups of 32, each with a 6-bit scale: {@code x = (d * (scale - 32)) * table[q]}.
 *
 * <p>Block of 256: F16 {@code d}; 16 bits, the high bit pairs of the scales; 4 bytes, their low nibbles; 128 bytes of
 * codes, 16 per group ordered as in {@link Q4_0}.
 */
final class IQ4_XS implements QuantType {
    private static final int BLOCK_SIZE = 256;
    private static final int BLOCK_BYTES = 136;

    @Override
    public String name() {
        return "IQ4_XS";
    }

    @Override
    public int ggufId() {
        return 23;
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
            int highPairs = Blocks.u16(src, block + 2);
            for (int group = 0; group < 8; group++) {
                int low = Blocks.u8(src, block + 4 + (group >>> 1)) >>> ((group & 1) * 4) & 0xF;
                int high = highPairs >>> (group * 2) & 3;
                float scale = d * ((low | high << 4) - 32);
                long codes = block + 8 + group * 16L;
                for (int i = 0; i < 16; i++) {
                    int q = Blocks.u8(src, codes + i);
                    dst[y + group * 32 + i] = scale * IQ4_NL.value(q & 0xF);
                    dst[y + group * 32 + 16 + i] = scale * IQ4_NL.value(q >>> 4);
                }
            }
        }
    }
}
