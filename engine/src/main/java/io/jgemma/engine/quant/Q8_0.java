package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 8-bit values with one scale: {@code x = d * q}.
 *
 * <p>Block of 32: F16 {@code d}; 32 signed bytes.
 */
final class Q8_0 implements QuantEncoder {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 34;

    @Override
    public String name() {
        return "Q8_0";
    }

    @Override
    public int ggufId() {
        return 8;
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
            for (int i = 0; i < BLOCK_SIZE; i++) {
                dst[y + i] = d * Blocks.i8(src, block + 2 + i);
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

    /** {@code d = max|x| / 127}, {@code q = x / d} rounded to nearest, halves away from zero. */
    private static void encodeBlock(float[] src, int x, MemorySegment dst, long block) {
        float largest = 0;
        for (int i = 0; i < BLOCK_SIZE; i++) {
            float magnitude = Math.abs(src[x + i]);
            if (magnitude > largest) {
                largest = magnitude;
            }
        }
        float d = largest / 127;
        float inverse = d == 0 ? 0 : 1 / d;
        Blocks.putF16(dst, block, d);
        for (int i = 0; i < BLOCK_SIZE; i++) {
            Blocks.putU8(dst, block + 2 + i, quantize(src[x + i] * inverse));
        }
    }

    private static int quantize(float steps) {
        // In double the sum is exact where it matters, so the largest float below one half does not round up.
        return Math.clamp((int) (steps + Math.copySign(0.5, (double) steps)), -127, 127);
    }
}
