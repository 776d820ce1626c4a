package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 5-bit values with scale and minimum: {@code x = d * q + m}.
 *
 * <p>Block of 32: F16 {@code d}; F16 {@code m}; 32 fifth bits and 16 bytes of nibbles ordered as in {@link Q5_0}.
 */
final class Q5_1 implements QuantType {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 24;

    @Override
    public String name() {
        return "Q5_1";
    }

    @Override
    public int ggufId() {
        return 7;
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
            float m = Blocks.f16(src, block + 2);
            int fifth = Blocks.i32(src, block + 4);
            for (int i = 0; i < 16; i++) {
                int q = Blocks.u8(src, block + 8 + i);
                int low = (q & 0xF) | (fifth >>> i & 1) << 4;
                int high = (q >>> 4) | (fifth >>> (16 + i) & 1) << 4;
                dst[y + i] = d * low + m;
                dst[y + 16 + i] = d * high + m;
            }
        }
    }
}
