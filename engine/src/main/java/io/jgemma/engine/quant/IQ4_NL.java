package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit codes into a fixed table of unevenly spaced values: {@code x = d * table[q]}.
 *
 * <p>Block of 32: F16 {@code d}; 16 bytes of nibbles ordered as in {@link Q4_0}.
 */
final class IQ4_NL implements QuantType {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 18;

    private static final byte[] TABLE = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** The value that a 4-bit code stands for, in steps of the block's scale. */
    static int value(int code) {
        return TABLE[code];
    }

    @Override
    public String name() {
        return "IQ4_NL";
    }

    @Override
    public int ggufId() {
        return 20;
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
            for (int i = 0; i < 16; i++) {
                int q = Blocks.u8(src, block + 2 + i);
                dst[y + i] = d * TABLE[q & 0xF];
                dst[y + 16 + i] = d * TABLE[q >>> 4];
            }
        }
    }
}
