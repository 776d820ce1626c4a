package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 5-bit values with one scale: {@code x = d * (q - 16)}.
 *
 * <p>Block of 32: F16 {@code d}; 32 bits, bit {@code i} being the fifth bit of element {@code i}; 16 bytes of nibbles
 * ordered as in {@link Q4_0}.
 */
final class Q5_0 implements QuantType {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 22;

    @Override
    public String name() {
        return "Q5_0";
    }

    @Override
    public int ggufId() {
        return 6;
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
            int fifth = Blocks.i32(src, block + 2);
            for (int i = 0; i < 16; i++) {
                int q = Blocks.u8(src, block + 6 + i);
                int low = (q & 0xF) | (fifth >>> i & 1) << 4;
                int high = (q >>> 4) | (fifth >>> (16 + i) & 1) << 4;
                dst[y + i] = d * (low - 16);
                dst[y + 16 + i] = d * (high - 16);
            }
        }
    }
}
