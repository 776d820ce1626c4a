package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The two halves of attention that are not a product of rows: the running softmax and the weighted sum of values. */
final class Attention {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int UNROLL = 4;
    private static final int TOGETHER = 4;

    private Attention() {}

    /** {@code o[i] += sum_t p[i][t] v[t]}: 8 registers of sums pass over all tokens, then move on. */
    static void accumulate(Operand o, Operand p, Operand v) {
        int i = 0;
        for (; i <= o.rows() - TOGETHER; i += TOGETHER) {
            int c = 0;
            for (; c <= o.columns() - 2 * Lanes.COUNT; c += 2 * Lanes.COUNT) {
                fourRows(o, p, v, i, c);
            }
            for (int k = i; k < i + TOGETHER; k++) {
                row(o, p, v, k, c);
            }
        }
        for (; i < o.rows(); i++) {
            row(o, p, v, i, 0);
        }
    }

    private static void row(Operand o, Operand p, Operand v, int i, int from) {
        int n = o.columns();
        int c = from;
        for (; c <= n - UNROLL * Lanes.COUNT; c += UNROLL * Lanes.COUNT) {
            wide(o, p, v, i, c);
        }
        for (; c <= n - Lanes.COUNT; c += Lanes.COUNT) {
            narrow(o, p, v, i, c);
        }
        for (; c < n; c++) {
            float sum = o.segment().get(FLOAT, o.row(i) + 4L * c);
            for (int t = 0; t < v.rows(); t++) {
                sum += weight(p, i, t) * v.segment().get(FLOAT, v.row(t) + 4L * c);
            }
            o.segment().set(FLOAT, o.row(i) + 4L * c, sum);
        }
    }

    private static void fourRows(Operand o, Operand p, Operand v, int i, int column) {
        MemorySegment so = o.segment();
        MemorySegment sv = v.segment();
        MemorySegment sp = p.segment();
        long at0 = o.row(i) + 4L * column;
        long at1 = o.row(i + 1) + 4L * column;
        long at2 = o.row(i + 2) + 4L * column;
        long at3 = o.row(i + 3) + 4L * column;
        FloatVector a0 = Lanes.floats(so, at0);
        FloatVector b0 = Lanes.floats(so, at0 + Lanes.BYTES);
        FloatVector a1 = Lanes.floats(so, at1);
        FloatVector b1 = Lanes.floats(so, at1 + Lanes.BYTES);
        FloatVector a2 = Lanes.floats(so, at2);
        FloatVector b2 = Lanes.floats(so, at2 + Lanes.BYTES);
        FloatVector a3 = Lanes.floats(so, at3);
        FloatVector b3 = Lanes.floats(so, at3 + Lanes.BYTES);
        long p0 = p.row(i);
        long p1 = p.row(i + 1);
        long p2 = p.row(i + 2);
        long p3 = p.row(i + 3);
        for (int t = 0; t < v.rows(); t++) {
            long from = v.row(t) + 4L * column;
            FloatVector x = Lanes.floats(sv, from);
            FloatVector y = Lanes.floats(sv, from + Lanes.BYTES);
            FloatVector w = Lanes.broadcast(sp.get(FLOAT, p0 + 4L * t));
            a0 = w.fma(x, a0);
            b0 = w.fma(y, b0);
            w = Lanes.broadcast(sp.get(FLOAT, p1 + 4L * t));
            a1 = w.fma(x, a1);
            b1 = w.fma(y, b1);
            w = Lanes.broadcast(sp.get(FLOAT, p2 + 4L * t));
            a2 = w.fma(x, a2);
            b2 = w.fma(y, b2);
            w = Lanes.broadcast(sp.get(FLOAT, p3 + 4L * t));
            a3 = w.fma(x, a3);
            b3 = w.fma(y, b3);
        }
        Lanes.store(a0, so, at0);
        Lanes.store(b0, so, at0 + Lanes.BYTES);
        Lanes.store(a1, so, at1);
        Lanes.store(b1, so, at1 + Lanes.BYTES);
        Lanes.store(a2, so, at2);
        Lanes.store(b2, so, at2 + Lanes.BYTES);
        Lanes.store(a3, so, at3);
        Lanes.store(b3, so, at3 + Lanes.BYTES);
    }

    private static void wide(Operand o, Operand p, Operand v, int i, int column) {
        MemorySegment so = o.segment();
        MemorySegment sv = v.segment();
        long at = o.row(i) + 4L * column;
        FloatVector s0 = Lanes.floats(so, at);
        FloatVector s1 = Lanes.floats(so, at + Lanes.BYTES);
        FloatVector s2 = Lanes.floats(so, at + 2 * Lanes.BYTES);
        FloatVector s3 = Lanes.floats(so, at + 3 * Lanes.BYTES);
        for (int t = 0; t < v.rows(); t++) {
            FloatVector w = Lanes.broadcast(weight(p, i, t));
            long from = v.row(t) + 4L * column;
            s0 = w.fma(Lanes.floats(sv, from), s0);
            s1 = w.fma(Lanes.floats(sv, from + Lanes.BYTES), s1);
            s2 = w.fma(Lanes.floats(sv, from + 2 * Lanes.BYTES), s2);
            s3 = w.fma(Lanes.floats(sv, from + 3 * Lanes.BYTES), s3);
        }
        Lanes.store(s0, so, at);
        Lanes.store(s1, so, at + Lanes.BYTES);
        Lanes.store(s2, so, at + 2 * Lanes.BYTES);
        Lanes.store(s3, so, at + 3 * Lanes.BYTES);
    }

    private static void narrow(Operand o, Operand p, Operand v, int i, int column) {
        long at = o.row(i) + 4L * column;
        FloatVector sum = Lanes.floats(o.segment(), at);
        for (int t = 0; t < v.rows(); t++) {
            sum = Lanes.broadcast(weight(p, i, t)).fma(Lanes.floats(v.segment(), v.row(t) + 4L * column), sum);
        }
        Lanes.store(sum, o.segment(), at);
    }

    private static float weight(Operand p, int i, int t) {
        return p.segment().get(FLOAT, p.row(i) + 4L * t);
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#softmaxStep}. */
    static void softmaxStep(Operand s, Operand o, Operand state) {
        for (int i = 0; i < s.rows(); i++) {
            long at = state.row(i);
            float before = state.segment().get(FLOAT, at);
            float max = Math.max(before, max(s, i));
            float sum = weigh(s, i, max);
            if (max > before) {
                float shrink = before == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp((double) before - max);
                sum += state.segment().get(FLOAT, at + 4) * shrink;
                shrink(o, i, shrink);
            } else {
                sum += state.segment().get(FLOAT, at + 4);
            }
            state.segment().set(FLOAT, at, max);
            state.segment().set(FLOAT, at + 4, sum);
        }
    }

    private static float max(Operand s, int i) {
        int n = s.columns();
        int t = 0;
        FloatVector lanes = Lanes.broadcast(Float.NEGATIVE_INFINITY);
        for (; t <= n - Lanes.COUNT; t += Lanes.COUNT) {
            lanes = lanes.max(Lanes.floats(s.segment(), s.row(i) + 4L * t));
        }
        float max = lanes.reduceLanes(VectorOperators.MAX);
        for (; t < n; t++) {
            max = Math.max(max, weight(s, i, t));
        }
        return max;
    }

    /** Replaces scores by weights and returns their sum. */
    private static float weigh(Operand s, int i, float max) {
        int n = s.columns();
        MemorySegment m = s.segment();
        if (max == Float.NEGATIVE_INFINITY) {
            m.asSlice(s.row(i), 4L * n).fill((byte) 0);
            return 0;
        }
        FloatVector lanes = Lanes.zero();
        int t = 0;
        for (; t <= n - Lanes.COUNT; t += Lanes.COUNT) {
            FloatVector w = Lanes.exp(Lanes.floats(m, s.row(i) + 4L * t).sub(max));
            lanes = lanes.add(w);
            Lanes.store(w, m, s.row(i) + 4L * t);
        }
        float sum = Lanes.sum(lanes);
        for (; t < n; t++) {
            float w = (float) Math.exp(weight(s, i, t) - (double) max);
            sum += w;
            m.set(FLOAT, s.row(i) + 4L * t, w);
        }
        return sum;
    }

    private static void shrink(Operand o, int i, float factor) {
        int n = o.columns();
        int c = 0;
        for (; c <= n - Lanes.COUNT; c += Lanes.COUNT) {
            long at = o.row(i) + 4L * c;
            Lanes.store(Lanes.floats(o.segment(), at).mul(factor), o.segment(), at);
        }
        for (; c < n; c++) {
            long at = o.row(i) + 4L * c;
            o.segment().set(FLOAT, at, o.segment().get(FLOAT, at) * factor);
        }
    }
}
