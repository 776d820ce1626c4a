package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * IEEE binary32.
 */
final class F32 implements QuantEncoder {

    @Override
    public String name() {
        return "F32";
    }

    @Override
    public int ggufId() {
        return 0;
    }

    @Override
    public int blockSize() {
        return 1;
    }

    @Override
    public int blockBytes() {
        return 4;
    }

    @Override
    public void decode(MemorySegment src, long offsetBytes, float[] dst, int dstOffset, int count) {
        int blocks = Blocks.check(this, src, offsetBytes, dst, dstOffset, count);
        for (int i = 0; i < blocks; i++) {
            dst[dstOffset + i] = Blocks.f32(src, offsetBytes + 4L * i);
        }
    }

    @Override
    public void encode(float[] src, int srcOffset, int count, MemorySegment dst, long offsetBytes) {
        int blocks = Blocks.check(this, dst, offsetBytes, src, srcOffset, count);
        for (int i = 0; i < blocks; i++) {
            Blocks.putF32(dst, offsetBytes + 4L * i, src[srcOffset + i]);
        }
    }
}
