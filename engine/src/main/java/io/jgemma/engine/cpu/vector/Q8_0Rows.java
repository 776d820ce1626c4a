package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Q8_0: F16 scale, then 32 signed bytes. */
final class Q8_0Rows implements RowKernel {

    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 34;

    @Override
    public QuantType type() {
        return QuantTypes.Q8_0;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long p = offset;
        long q = dstOffset;
        for (int block = 0; block < n; block += BLOCK) {
            float d = Lanes.half(w, p);
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                Lanes.store(Lanes.toFloats(Lanes.signedBytes(w, p + 2 + j)).mul(d), dst, q + 4L * j);
            }
            p += BLOCK_BYTES;
            q += 4L * BLOCK;
        }
    }

    @Override
    public float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch) {
        FloatVector sum = Lanes.zero();
        long p = offset;
        long q = xOffset;
        for (int block = 0; block < n; block += BLOCK) {
            FloatVector even = Lanes.zero();
            FloatVector odd = Lanes.zero();
            for (int j = 0; j < BLOCK; j += 2 * Lanes.COUNT) {
                int k = j + Lanes.COUNT;
                even = Lanes.toFloats(Lanes.signedBytes(w, p + 2 + j)).fma(Lanes.floats(x, q + 4L * j), even);
                odd = Lanes.toFloats(Lanes.signedBytes(w, p + 2 + k)).fma(Lanes.floats(x, q + 4L * k), odd);
            }
            sum = even.add(odd).fma(Lanes.broadcast(Lanes.half(w, p)), sum);
            p += BLOCK_BYTES;
            q += 4L * BLOCK;
        }
        return Lanes.sum(sum);
    }
}
