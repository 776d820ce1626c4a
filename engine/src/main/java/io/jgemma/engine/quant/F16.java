package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * IEEE binary16. Encoding rounds to nearest, ties to even.
 */
final class F16 implements QuantEncoder {

    @Override
    public String name() {
        return "F16";
    }

    @Override
    public int ggufId() {
        return 1;
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
            dst[dstOffset + i] = Blocks.f16(src, offsetBytes + 2L * i);
        }
    }

    @Override
    public void encode(float[] src, int srcOffset, int count, MemorySegment dst, long offsetBytes) {
        int blocks = Blocks.check(this, dst, offsetBytes, src, srcOffset, count);
        for (int i = 0; i < blocks; i++) {
            Blocks.putF16(dst, offsetBytes + 2L * i, src[srcOffset + i]);
        }
    }
}
