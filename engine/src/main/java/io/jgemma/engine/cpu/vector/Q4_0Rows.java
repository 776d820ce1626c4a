package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q4_0: F16 scale {@code d}, then 16 bytes; byte {@code j} is {@code b = l + 16 h} with element {@code j} as
 * {@code d (l - 8)} and element {@code j + 16} as {@code d (h - 8)}.
 *
 * <p>A product needs neither {@code l} nor the subtractions:
 * {@code (l - 8) x + (h - 8) y = b x + h (y - 16 x) - 8 (x + y)}. So activations are prepared once as
 * {@code x}, {@code y - 16 x} and {@code -8 (x + y)}, the last summed up per lane, and 32 weights take two loads, two
 * shifts, four conversions and four multiply-adds with AVX2. The price is four bits of the 24 of a float.
 */
final class Q4_0Rows implements RowKernel {

    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 18;
    private static final int HALF = 16;
    private static final long PREPARED_BYTES = 4L * (BLOCK + Lanes.COUNT);

    @Override
    public QuantType type() {
        return QuantTypes.Q4_0;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        long p = offset;
        long q = dstOffset;
        for (int block = 0; block < n; block += BLOCK) {
            float d = Lanes.half(w, p);
            for (int j = 0; j < HALF; j += Lanes.COUNT) {
                IntVector bytes = Lanes.unsignedBytes(w, p + 2 + j);
                IntVector low = bytes.and(15).sub(8);
                IntVector high = bytes.lanewise(VectorOperators.LSHR, 4).sub(8);
                Lanes.store(Lanes.toFloats(low).mul(d), dst, q + 4L * j);
                Lanes.store(Lanes.toFloats(high).mul(d), dst, q + 4L * (j + HALF));
            }
            p += BLOCK_BYTES;
            q += 4L * BLOCK;
        }
    }

    @Override
    public Operand prepared(Operand x, Scratch scratch) {
        int blocks = x.columns() / BLOCK;
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), blocks * (BLOCK + Lanes.COUNT));
    }

    @Override
    public void prepare(Operand x, Operand to, int row) {
        for (int block = 0; block < x.columns() / BLOCK; block++) {
            long from = x.row(row) + 4L * block * BLOCK;
            prepareBlock(x.segment(), from, to.segment(), to.row(row) + (long) block * PREPARED_BYTES);
        }
    }

    private static void prepareBlock(MemorySegment x, long from, MemorySegment dst, long to) {
        FloatVector bias = Lanes.zero();
        for (int j = 0; j < HALF; j += Lanes.COUNT) {
            FloatVector low = Lanes.floats(x, from + 4L * j);
            FloatVector high = Lanes.floats(x, from + 4L * (j + HALF));
            Lanes.store(low, dst, to + 4L * j);
            Lanes.store(high.sub(low.mul(16)), dst, to + 4L * (j + HALF));
            bias = bias.sub(low.add(high).mul(8));
        }
        Lanes.store(bias, dst, to + 4L * BLOCK);
    }

    @Override
    public float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch) {
        FloatVector sum = Lanes.zero();
        long p = offset;
        long q = xOffset;
        for (int block = 0; block < n; block += BLOCK) {
            FloatVector low = Lanes.floats(x, q + 4L * BLOCK);
            FloatVector high = Lanes.zero();
            for (int j = 0; j < HALF; j += Lanes.COUNT) {
                IntVector bytes = Lanes.unsignedBytes(w, p + 2 + j);
                low = Lanes.toFloats(bytes).fma(Lanes.floats(x, q + 4L * j), low);
                high = Lanes.toFloats(bytes.lanewise(VectorOperators.LSHR, 4))
                        .fma(Lanes.floats(x, q + 4L * (j + HALF)), high);
            }
            sum = low.add(high).fma(Lanes.broadcast(Lanes.half(w, p)), sum);
            p += BLOCK_BYTES;
            q += PREPARED_BYTES;
        }
        return Lanes.sum(sum);
    }
}
