package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit floats (E2M1) with a shared power of two (E8M0), the OCP Microscaling format: {@code x = 2^(e - 127) * f}.
 *
 * <p>Block of 32: the exponent {@code e}; 16 bytes of nibbles ordered as in {@link Q4_0}. The format reserves exponent 255
 * for NaN; as in the reference decoder it is an exponent like any other here.
 */
final class MXFP4 implements QuantType {
    private static final int BLOCK_SIZE = 32;
    private static final int BLOCK_BYTES = 17;

    /** Twice the value of each code, which is an integer. */
    private static final byte[] TWICE = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    @Override
    public String name() {
        return "MXFP4";
    }

    @Override
    public int ggufId() {
        return 39;
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
            float scale = halfScale(Blocks.u8(src, block));
            for (int i = 0; i < 16; i++) {
                int q = Blocks.u8(src, block + 1 + i);
                dst[y + i] = scale * TWICE[q & 0xF];
                dst[y + 16 + i] = scale * TWICE[q >>> 4];
            }
        }
    }

    /** {@code 2^(e - 128)}; the two smallest are subnormal. */
    private static float halfScale(int exponent) {
        return Float.intBitsToFloat(exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23);
    }
}
