package io.jgemma.engine.cpu;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;

/**
 * One set of kernels: each method does rows {@code from} to {@code to} of an operation on the calling thread. The scalar
 * set defines the results; every other set must pass the same contract test. Operands are F32 unless said otherwise and
 * were checked by the caller.
 */
public interface CpuKernels {

    /** Name for people and for {@code --cpu-kernels}, e.g. {@code "vector"}. */
    String name();

    /**
     * Brings activations into the form that {@link #matmul} wants for a type of weights. Called once for a product, before
     * its rows are shared out.
     *
     * @param x F32 [rows, in]
     * @return {@code x} itself, or rows in {@code scratch}
     */
    default Operand prepare(QuantType weights, Operand x, Scratch scratch) {
        return x;
    }

    /** {@code y[r][o] = x[r] . w[o]}, {@code x} as prepared, for weight rows {@code o} in {@code from..to} and all rows {@code r}; {@code w} of any type. */
    void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch);

    /**
     * Decodes elements of any type.
     *
     * @param count whole blocks of {@code type}
     * @param dst F32, at {@code dstOffset} bytes
     */
    void decode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch);

    /**
     * Encodes F32 as F32, F16 or BF16, rounding to nearest even.
     *
     * @param src F32, at {@code srcOffset} bytes
     */
    void encode(QuantType type, MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, int count);

    /** Rounds rows in place to what {@link #encode} keeps of them. */
    void round(QuantType type, Operand x, int from, int to);

    /** {@code c[i][j] = a[i] . b[j]}, or {@code c[i][j] += a[i] . b[j]}, for the rows of {@code a} and {@code b}. */
    void products(Operand c, Operand a, Operand b, boolean add);

    /** {@code o[i] += sum_t p[i][t] v[t]} for the rows of {@code o}, over the rows of {@code v}. */
    void accumulate(Operand o, Operand p, Operand v);

    /**
     * As {@link #accumulate(Operand, Operand, Operand)} over the rows of a quantized tile: weighted values, and with
     * transposed keys, queries for weights and scores for sums, the scores.
     */
    void accumulate(Operand o, Operand p, KvTile v, Scratch scratch);

    /**
     * One step of the running soft-max (Milakov and Gimelshein, 2018). For each row {@code i}: with
     * {@code m' = max(m, max_t s[t])}, replaces {@code s[t]} by {@code e^(s[t] - m')}, scales {@code o[i]} and {@code l}
     * by {@code e^(m - m')} and adds the new weights to {@code l}. A score of minus infinity weighs nothing.
     *
     * @param s scores in, weights out [rows, tokens]
     * @param o sums so far [rows, valueDim]
     * @param state {@code m} and {@code l} of each row [rows, 2]
     */
    void softmaxStep(Operand s, Operand o, Operand state);

    /** RMSNorm of rows; see {@link io.jgemma.engine.backend.Ops#rmsNorm}. */
    void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to);

    /** {@code x += h}; with one row in {@code h}, that row is added to every row of {@code x}. */
    void add(Operand x, Operand h, int from, int to);

    /** {@code y = x * factor}. */
    void scale(Operand y, Operand x, float factor, int from, int to);

    /** {@code y = f(gate) * up}. */
    void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to);

    /** Turns pairs; see {@link io.jgemma.engine.backend.Ops#rope}. */
    void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to);
}
