package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * The upper half of an IEEE binary32. Encoding rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
 */
final class BF16 implements QuantEncoder {

    @Override
    public String name() {
        return "BF16";
    }

    @Override
    public int ggufId() {
        return 30;
    }

    @Override
    public int blockSize() {
        return 1;
    }

    @Override
    public int blockBytes() {
        return 2;
    }

    @Override
    public void decode(MemorySegment src, long offsetBytes, float[] dst, int dstOffset, int count) {
        int blocks = Blocks.check(this, src, offsetBytes, dst, dstOffset, count);
        for (int i = 0; i < blocks; i++) {
            dst[dstOffset + i] = Float.intBitsToFloat(Blocks.u16(src, offsetBytes + 2L * i) << 16);
        }
    }

    @Override
    public void encode(float[] src, int srcOffset, int count, MemorySegment dst, long offsetBytes) {
        int blocks = Blocks.check(this, dst, offsetBytes, src, srcOffset, count);
        for (int i = 0; i < blocks; i++) {
            Blocks.putU16(dst, offsetBytes + 2L * i, round(src[srcOffset + i]));
        }
    }

    private static int round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (bits >>> 16) | 0x40;
        }
        // Adding half of the last kept bit, less one if that bit is even, carries into it exactly when rounding up. The
        // carry may turn the largest finite values into infinity, as rounding to nearest asks for.
        return (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
    }
}
