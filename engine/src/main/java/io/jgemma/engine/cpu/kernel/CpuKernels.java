package io.jgemma.engine.cpu.kernel;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * One kernel set: each method does rows {@code from} to {@code to} of an operation on the calling thread. The scalar
 * set defines the results; every other set must pass the same contract test. Operands are F32 unless said otherwise and
 * were checked by the caller.
 */
public interface CpuKernels {

    /** Name for people and for {@code --cpu-kernels}, e.g. {@code "vector"}. */
    String name();

    /** For people: what {@link #name} does not say, e.g. {@code "256 bits"}; may be empty. */
    default String detail() {
        return "";
    }

    /** The order in which these kernels like weights of a type to lie, if another than the file's. They take both. */
    default Optional<WeightLayout> layout(QuantType weights) {
        return Optional.empty();
    }

    /**
     * Where these kernels like weights that are copied to lie.
     *
     * @param arena frees what is allocated
     */
    default SegmentAllocator weightAllocator(Arena arena) {
        return arena;
    }

    /**
     * Room for activations in the form that {@link #matmul} wants for some weights, to be filled by {@link #prepare}.
     * Called once for a product, before its rows are shared out.
     *
     * @param x F32 [rows, in]
     * @return {@code x} itself where it is in that form, or rows in {@code scratch}, as many as {@code x} has
     */
    default Operand prepared(Operand w, Operand x, Scratch scratch) {
        return x;
    }

    /** Fills rows {@code from..end} of what {@link #prepared} gave, where that is not {@code x}. */
    default void prepare(Operand w, Operand x, Operand to, int from, int end, Scratch scratch) {}

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
    void encode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch);

    /** Rounds rows in place to what {@link #encode} keeps of them. */
    void round(QuantType type, Operand x, int from, int to, Scratch scratch);

    /**
     * Tiles that attention hands over at a time, at most: more where a call does as much with them as it can, fewer where
     * what is decoded from them should stay near the processor.
     */
    default int runTiles() {
        return 1;
    }

    /**
     * Queries, rows times heads, that attention hands over at a time where there are as many.
     *
     * @param tiled whether K or V is quantized
     */
    default int blockQueries(boolean tiled) {
        return 24;
    }

    /** Columns of values that {@link #accumulate(Operand, Operand, Operand, Scratch)} takes at a time: attention pads values to a multiple. */
    default int valueColumns() {
        return 1;
    }

    /** Whether {@link #products} and {@link #accumulate(Operand, Operand, Operand, Scratch)} take vectors of a type as they lie. */
    default boolean reads(QuantType type, int dim) {
        return type == QuantTypes.F32;
    }

    /**
     * {@code c[i][j] = a[i] . b[j]} for the rows of {@code a} and {@code b}.
     *
     * @param b of a type that {@link #reads} names
     */
    void products(Operand c, Operand a, Operand b, Scratch scratch);

    /**
     * {@code o[i] += sum_t p[i][t] v[t]} for the rows of {@code o}, over the rows of {@code v}.
     *
     * @param v of a type that {@link #reads} names
     */
    void accumulate(Operand o, Operand p, Operand v, Scratch scratch);

    /** As {@link #accumulate(Operand, Operand, KvTile, Scratch)} for the one tile that {@code v} is turned to. */
    void accumulateTile(Operand o, Operand p, KvTile v, Scratch scratch);

    /**
     * As {@link #accumulate(Operand, Operand, Operand, Scratch)} over the rows of a run of quantized tiles: weighted values.
     *
     * @param p [rows, tiles * tile rows]
     */
    default void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        Operand part = scratch.view(0);
        for (int i = 0; i < v.tiles(); i++) {
            part.set(p.segment(), p.row(0) + 4L * i * v.rows(), p.rowBytes(), p.rows(), v.rows());
            accumulateTile(o, part, v.at(i), scratch);
        }
        v.at(0);
    }

    /**
     * {@code s[i][t] = begin[i] + q[i] . k[t]} for the tokens of a run of transposed quantized keys.
     *
     * @param s [queries, tiles * 32]
     * @param begin [queries, 1]
     */
    default void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        for (int i = 0; i < s.rows(); i++) {
            float first = begin.segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, begin.row(i));
            for (int t = 0; t < s.columns(); t++) {
                s.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, s.row(i) + 4L * t, first);
            }
        }
        Operand part = scratch.view(0);
        for (int i = 0; i < k.tiles(); i++) {
            part.set(s.segment(), s.row(0) + 4L * i * k.columns(), s.rowBytes(), s.rows(), k.columns());
            accumulateTile(part, q, k.at(i), scratch);
        }
        k.at(0);
    }

    /**
     * One step of the running softmax (Milakov and Gimelshein, 2018). For each row {@code i}: with
     * {@code m' = max(m, max_t s[t])}, replaces {@code s[t]} by {@code e^(s[t] - m')}, scales {@code o[i]} and {@code l}
     * by {@code e^(m - m')} and adds the new weights to {@code l}. A score of minus infinity weighs nothing.
     *
     * @param s scores in, weights out [rows, tokens]
     * @param o sums so far [rows, valueDim]
     * @param state {@code m} and {@code l} of each row [rows, 2]
     */
    void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch);

    /**
     * The first column from {@code from} on whose number is not at most a bound, NaN included.
     *
     * @return the number of columns where there is none
     */
    int firstAbove(Operand x, int row, int from, float bound, Scratch scratch);

    /** RMSNorm of rows; see {@link io.jgemma.engine.backend.Ops#rmsNorm}. */
    void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch);

    /** {@code x += rmsNorm(h)}; {@code h} may change. */
    default void addRmsNorm(Operand x, Operand h, Operand w, float epsilon, int from, int to, Scratch scratch) {
        rmsNorm(h, h, w, epsilon, from, to, scratch);
        add(x, h, from, to, scratch);
    }

    /** {@code y[r] = x[r] - mean(x[r])}. */
    void center(Operand y, Operand x, int from, int to, Scratch scratch);

    /** {@code x[r] = f(x[r] + bias)}. */
    void activate(Operand x, Operand bias, Activation f, int from, int to, Scratch scratch);

    /** {@code x += h}; with one row in {@code h}, that row is added to every row of {@code x}. */
    void add(Operand x, Operand h, int from, int to, Scratch scratch);

    /** {@code y = x * factor}. */
    void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch);

    /** {@code y = f(gate) * up}. */
    void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch);

    /** Turns pairs; see {@link io.jgemma.engine.backend.Ops#rope}. */
    void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch);
}
