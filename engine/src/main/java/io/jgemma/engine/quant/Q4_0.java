package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit values with one scale: {@code x = d * (q - 8)}.
 *
 * <p>Block of 32: F16 {@code d}; 16 bytes, whose low nibbles are elements 0 to 15 and high nibbles 16 to 31.
 */
final class Q4_0 implements QuantEncoder {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 18;

    @Override
    public String name() {
        return "Q4_0";
    }

    @Override
    public int ggufId() {
        return 2;
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
                dst[y + i] = d * ((q & 0xF) - 8);
                dst[y + 16 + i] = d * ((q >>> 4) - 8);
            }
        }
    }

    @Override
    public void encode(float[] src, int srcOffset, int count, MemorySegment dst, long offsetBytes) {
        int blocks = Blocks.check(this, dst, offsetBytes, src, srcOffset, count);
        for (int b = 0; b < blocks; b++) {
            encodeBlock(src, srcOffset + b * BLOCK_SIZE, dst, offsetBytes + (long) b * BLOCK_BYTES);
        }
    }

    /**
     * The value of largest magnitude, with its sign, becomes exactly -8 steps, so that the one code without a positive
     * counterpart is used: {@code d = max / -8}, {@code q = min(15, trunc(x / d + 8.5))}.
     */
    private static void encodeBlock(float[] src, int x, MemorySegment dst, long block) {
        float largest = 0;
        float max = 0;
        for (int i = 0; i < BLOCK_SIZE; i++) {
            float magnitude = Math.abs(src[x + i]);
            if (magnitude > largest) {
                largest = magnitude;
                max = src[x + i];
            }
        }
        float d = max / -8;
        float inverse = d == 0 ? 0 : 1 / d;
        Blocks.putF16(dst, block, d);
        for (int i = 0; i < 16; i++) {
            int low = quantize(src[x + i] * inverse);
            int high = quantize(src[x + 16 + i] * inverse);
            Blocks.putU8(dst, block + 2 + i, low | high << 4);
        }
    }

    private static int quantize(float steps) {
        // The cast truncates, and takes NaN to 0.
        return Math.clamp((int) (steps + 8.5f), 0, 15);
    }
}
