package io.jgemma.engine.cpu.kernel;

import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The reference: every formula written out, sums in double precision. Slow, and meant to be: it says what the fast
 * kernels must give.
 */
public final class ScalarKernels implements CpuKernels {

    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        int n = w.columns();
        float[] row = scratch.decoded(n);
        for (int o = from; o < to; o++) {
            w.type().decode(w.segment(), w.row(o), row, 0, n);
            for (int r = 0; r < x.rows(); r++) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += (double) row[i] * get(x, r, i);
                }
                set(y, r, o, (float) sum);
            }
        }
    }

    @Override
    public void decode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        float[] values = scratch.decoded(count);
        type.decode(src, srcOffset, values, 0, count);
        MemorySegment.copy(values, 0, dst, F32, dstOffset, count);
    }

    @Override
    public void encode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        float[] values = new float[count];
        MemorySegment.copy(src, F32, srcOffset, values, 0, count);
        ((QuantEncoder) type).encode(values, 0, count, dst, dstOffset);
    }

    @Override
    public void round(QuantType type, Operand x, int from, int to, Scratch scratch) {
        MemorySegment encoded = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(x.columns()))]);
        float[] values = new float[x.columns()];
        for (int r = from; r < to; r++) {
            encode(type, x.segment(), x.row(r), encoded, 0, x.columns(), scratch);
            type.decode(encoded, 0, values, 0, x.columns());
            MemorySegment.copy(values, 0, x.segment(), F32, x.row(r), x.columns());
        }
    }

    @Override
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.rows(); j++) {
                double sum = 0;
                for (int k = 0; k < a.columns(); k++) {
                    sum += (double) get(a, i, k) * get(b, j, k);
                }
                set(c, i, j, (float) sum);
            }
        }
    }

    @Override
    public void accumulate(Operand o, Operand p, Operand v, Scratch scratch) {
        for (int i = 0; i < o.rows(); i++) {
            for (int c = 0; c < o.columns(); c++) {
                double sum = get(o, i, c);
                for (int t = 0; t < v.rows(); t++) {
                    sum += (double) get(p, i, t) * get(v, t, c);
                }
                set(o, i, c, (float) sum);
            }
        }
    }

    @Override
    public void accumulateTile(Operand o, Operand p, KvTile v, Scratch scratch) {
        float[] matrix = scratch.decoded(v.rows() * v.columns());
        v.decode(matrix);
        for (int i = 0; i < o.rows(); i++) {
            for (int c = 0; c < v.columns(); c++) {
                double sum = get(o, i, c);
                for (int t = 0; t < v.rows(); t++) {
                    sum += (double) get(p, i, t) * matrix[t * v.columns() + c];
                }
                set(o, i, c, (float) sum);
            }
        }
    }

    @Override
    public void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch) {
        for (int i = 0; i < s.rows(); i++) {
            float before = get(state, i, 0);
            float max = before;
            for (int t = 0; t < s.columns(); t++) {
                max = Math.max(max, get(s, i, t));
            }
            double sum = 0;
            for (int t = 0; t < s.columns(); t++) {
                float weight = max == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(get(s, i, t) - max);
                set(s, i, t, weight);
                sum += weight;
            }
            double shrink = before == Float.NEGATIVE_INFINITY ? 0 : Math.exp((double) before - max);
            set(state, i, 0, max);
            set(state, i, 1, (float) (get(state, i, 1) * shrink + sum));
            for (int c = 0; c < o.columns(); c++) {
                set(o, i, c, (float) (get(o, i, c) * shrink));
            }
        }
    }

    @Override
    public int firstAbove(Operand x, int row, int from, float bound, Scratch scratch) {
        int i = from;
        while (i < x.columns() && get(x, row, i) <= bound) {
            i++;
        }
        return i;
    }

    @Override
    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        int n = x.columns();
        for (int r = from; r < to; r++) {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                double v = get(x, r, i);
                squares += v * v;
            }
            double factor = 1 / Math.sqrt(squares / n + epsilon);
            for (int i = 0; i < n; i++) {
                set(y, r, i, (float) (get(x, r, i) * factor * get(w, 0, i)));
            }
        }
    }

    private static double mean(Operand x, int row) {
        double sum = 0;
        for (int i = 0; i < x.columns(); i++) {
            sum += get(x, row, i);
        }
        return sum / x.columns();
    }

    @Override
    public void center(Operand y, Operand x, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            double mean = mean(x, r);
            for (int i = 0; i < x.columns(); i++) {
                set(y, r, i, (float) (get(x, r, i) - mean));
            }
        }
    }

    @Override
    public void activate(Operand x, Operand bias, Activation f, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < x.columns(); i++) {
                set(x, r, i, (float) activation(f, get(x, r, i) + get(bias, 0, i)));
            }
        }
    }

    @Override
    public void add(Operand x, Operand h, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            int hr = h.rows() == 1 ? 0 : r;
            for (int i = 0; i < x.columns(); i++) {
                set(x, r, i, get(x, r, i) + get(h, hr, i));
            }
        }
    }

    @Override
    public void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < x.columns(); i++) {
                set(y, r, i, get(x, r, i) * factor);
            }
        }
    }

    @Override
    public void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < y.columns(); i++) {
                set(y, r, i, (float) (activation(f, get(gate, r, i)) * get(up, r, i)));
            }
        }
    }

    private static double activation(Activation f, double x) {
        return switch (f) {
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SILU -> x / (1 + Math.exp(-x));
        };
    }

    @Override
    public void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch) {
        int pairs = table.columns() / 2;
        for (int r = from; r < to; r++) {
            for (int head = 0; head < x.columns(); head += headDim) {
                for (int i = 0; i < pairs; i++) {
                    int a = head + (style == RopeSpec.Style.HALVES ? i : 2 * i);
                    int b = head + (style == RopeSpec.Style.HALVES ? i + pairs : 2 * i + 1);
                    double cos = get(table, r, 2 * i);
                    double sin = get(table, r, 2 * i + 1);
                    double va = get(x, r, a);
                    double vb = get(x, r, b);
                    set(x, r, a, (float) (va * cos - vb * sin));
                    set(x, r, b, (float) (va * sin + vb * cos));
                }
            }
        }
    }

    private static float get(Operand m, int row, int column) {
        return m.segment().get(F32, m.row(row) + 4L * column);
    }

    private static void set(Operand m, int row, int column, float value) {
        m.segment().set(F32, m.row(row) + 4L * column, value);
    }
}
