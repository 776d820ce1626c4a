package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** F32, F16 and BF16 rows: they differ only in how a register is filled. Rows may have any length. */
final class FloatRows implements RowKernel {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final QuantType type;

    FloatRows(QuantType type) {
        this.type = type;
    }

    @Override
    public QuantType type() {
        return type;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        int i = 0;
        if (type == QuantTypes.F16) {
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                Lanes.store(Lanes.halves(w, offset + 2L * i), dst, dstOffset + 4L * i);
            }
        } else if (type == QuantTypes.BF16) {
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                Lanes.store(Lanes.brainFloats(w, offset + 2L * i), dst, dstOffset + 4L * i);
            }
        } else {
            MemorySegment.copy(w, offset, dst, dstOffset, 4L * n);
            i = n;
        }
        for (; i < n; i++) {
            dst.set(FLOAT, dstOffset + 4L * i, element(w, offset, i));
        }
    }

    @Override
    public float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch) {
        if (type == QuantTypes.F32) {
            return product(w, offset, x, xOffset, n);
        }
        int i = type == QuantTypes.F16 ? n - n % (2 * Lanes.COUNT) : 0;
        float sum = i > 0 ? halfProduct(w, offset, x, xOffset, i) : 0;
        if (type == QuantTypes.BF16) {
            i = n - n % (2 * Lanes.COUNT);
            sum = brainProduct(w, offset, x, xOffset, i);
        }
        for (; i < n; i++) {
            sum += element(w, offset, i) * x.get(FLOAT, xOffset + 4L * i);
        }
        return sum;
    }

    private float element(MemorySegment w, long offset, int i) {
        if (type == QuantTypes.F32) {
            return w.get(FLOAT, offset + 4L * i);
        }
        short bits = w.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 2L * i);
        return type == QuantTypes.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }

    /** {@code sum_i a[i] b[i]}, both F32, any length. */
    static float product(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int n) {
        FloatVector s0 = Lanes.zero();
        FloatVector s1 = Lanes.zero();
        FloatVector s2 = Lanes.zero();
        FloatVector s3 = Lanes.zero();
        int i = 0;
        for (; i <= n - 4 * Lanes.COUNT; i += 4 * Lanes.COUNT) {
            long p = aOffset + 4L * i;
            long q = bOffset + 4L * i;
            s0 = Lanes.floats(a, p).fma(Lanes.floats(b, q), s0);
            s1 = Lanes.floats(a, p + Lanes.BYTES).fma(Lanes.floats(b, q + Lanes.BYTES), s1);
            s2 = Lanes.floats(a, p + 2 * Lanes.BYTES).fma(Lanes.floats(b, q + 2 * Lanes.BYTES), s2);
            s3 = Lanes.floats(a, p + 3 * Lanes.BYTES).fma(Lanes.floats(b, q + 3 * Lanes.BYTES), s3);
        }
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            s0 = Lanes.floats(a, aOffset + 4L * i).fma(Lanes.floats(b, bOffset + 4L * i), s0);
        }
        float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
        for (; i < n; i++) {
            sum += a.get(FLOAT, aOffset + 4L * i) * b.get(FLOAT, bOffset + 4L * i);
        }
        return sum;
    }

    /** {@code y = x - mean(x)}, both F32, any length. */
    static void center(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int n) {
        FloatVector sums = Lanes.zero();
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            sums = sums.add(Lanes.floats(x, xOffset + 4L * i));
        }
        float sum = Lanes.sum(sums);
        for (; i < n; i++) {
            sum += x.get(FLOAT, xOffset + 4L * i);
        }
        float mean = sum / n;
        for (i = 0; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.store(Lanes.floats(x, xOffset + 4L * i).sub(mean), y, yOffset + 4L * i);
        }
        for (; i < n; i++) {
            y.set(FLOAT, yOffset + 4L * i, x.get(FLOAT, xOffset + 4L * i) - mean);
        }
    }

    private static float halfProduct(MemorySegment w, long offset, MemorySegment x, long xOffset, int n) {
        FloatVector s0 = Lanes.zero();
        FloatVector s1 = Lanes.zero();
        for (int i = 0; i < n; i += 2 * Lanes.COUNT) {
            long p = offset + 2L * i;
            long q = xOffset + 4L * i;
            s0 = Lanes.halves(w, p).fma(Lanes.floats(x, q), s0);
            s1 = Lanes.halves(w, p + Lanes.BYTES / 2).fma(Lanes.floats(x, q + Lanes.BYTES), s1);
        }
        return Lanes.sum(s0.add(s1));
    }

    private static float brainProduct(MemorySegment w, long offset, MemorySegment x, long xOffset, int n) {
        FloatVector s0 = Lanes.zero();
        FloatVector s1 = Lanes.zero();
        for (int i = 0; i < n; i += 2 * Lanes.COUNT) {
            long p = offset + 2L * i;
            long q = xOffset + 4L * i;
            s0 = Lanes.brainFloats(w, p).fma(Lanes.floats(x, q), s0);
            s1 = Lanes.brainFloats(w, p + Lanes.BYTES / 2).fma(Lanes.floats(x, q + Lanes.BYTES), s1);
        }
        return Lanes.sum(s0.add(s1));
    }
}
