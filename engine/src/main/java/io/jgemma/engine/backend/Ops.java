package io.jgemma.engine.backend;

import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/**
 * The operations a model is made of, on preallocated tensors of one backend. Activations are F32 with one row a token;
 * weights are of any type. Calls of one backend come from one thread at a time; an operation may still run when its call
 * returns, and only {@link Backend#read} waits.
 *
 * <p>Outputs come first. An output may be one of the inputs only where the operation says so. Shapes are checked; a
 * mismatch is an {@link IllegalArgumentException}. Methods with a body are fusions: a backend may override them with
 * something faster that gives the same result.
 */
public interface Ops {
    /** The most numbers of a row that {@link #greatest} finds. */
    int MOST_GREATEST = 128;

    /** The most columns that {@link #greatest} takes: F32 tells them all apart. */
    int MOST_COLUMNS = 1 << 24;

    /**
     * {@code y[r] = table[ids[r]] * scale}.
     *
     * @param y F32 [rows, hidden]
     * @param table any type [vocabulary, hidden]
     * @param ids the first {@code y.rows()} are read
     */
    void embed(Tensor y, Tensor table, int[] ids, float scale);

    /**
     * {@code y = x w^T}.
     *
     * @param y F32 [rows, out]
     * @param w any type [out, in]
     * @param x F32 [rows, in]
     */
    void matmul(Tensor y, Tensor w, Tensor x);

    /**
     * {@code x[r] += bias}.
     *
     * @param x F32 [rows, n]
     * @param bias F32 [1, n]
     */
    void addBias(Tensor x, Tensor bias);

    /**
     * {@code y[r][i] = w[i] * x[r][i] / sqrt(mean_j(x[r][j]^2) + epsilon)} (Zhang and Sennrich, 2019).
     *
     * @param y F32 [rows, n]; may be {@code x}
     * @param x F32 [rows, n]
     * @param w F32 [1, n]
     */
    void rmsNorm(Tensor y, Tensor x, Tensor w, float epsilon);

    /**
     * {@code y[r][i] = w[i] * (x[r][i] - m) / sqrt(mean_j((x[r][j] - m)^2) + epsilon) + bias[i]}, {@code m} the mean of
     * {@code x[r]} (Ba, Kiros and Hinton, 2016).
     *
     * @param y F32 [rows, n]; may be {@code x}
     * @param x F32 [rows, n]
     * @param w F32 [1, n]
     * @param bias F32 [1, n]
     */
    void layerNorm(Tensor y, Tensor x, Tensor w, Tensor bias, float epsilon);

    /**
     * {@code x[r] = f(x[r] + bias)}, element by element.
     *
     * @param x F32 [rows, n], changed in place
     * @param bias F32 [1, n]
     */
    void activate(Tensor x, Tensor bias, Activation f);

    /**
     * Cosine and sine of each row's angles: {@code table[r][2 i] = m cos(p_r f_i)}, {@code table[r][2 i + 1] = m sin(p_r f_i)}.
     *
     * @param table F32 [rows, rope.rotatedDims()]
     * @param rope frequencies {@code f} and magnitude {@code m}
     * @param positions {@code p}; the first {@code table.rows()} are read
     */
    void ropeTable(Tensor table, RopeSpec rope, int[] positions);

    /**
     * Turns each pair of every head: {@code (a, b) -> (a cos - b sin, a sin + b cos)}.
     *
     * @param x F32 [rows, heads * headDim], changed in place
     * @param table F32 [rows, rotatedDims] from {@link #ropeTable}
     */
    void rope(Tensor x, Tensor table, int headDim, RopeSpec.Style style);

    /**
     * {@code x += h}.
     *
     * @param x F32 [rows, n]
     * @param h F32 [rows, n]
     */
    void add(Tensor x, Tensor h);

    /**
     * {@code y = f(gate) * up}, element by element.
     *
     * @param y F32 [rows, n]; may be {@code gate} or {@code up}
     * @param gate F32 [rows, n]
     * @param up F32 [rows, n]
     */
    void gate(Tensor y, Tensor gate, Tensor up, Activation f);

    /**
     * {@code y[i] = x[rows[i]]}.
     *
     * @param y F32 [count, n]
     * @param x F32 [rows, n]
     * @param rows indices into {@code x}; the first {@code y.rows()} are read
     */
    void gatherRows(Tensor y, Tensor x, int[] rows);

    /**
     * Attention of each row over the visible positions of its sequence: those in its pages, and those of this pass, whose
     * keys and values are {@code k} and {@code v} and not stored yet. With {@code s_t = scale q . k_t},
     * {@code y = sum_t softmax(s)_t v_t} for every query head. Head {@code h} reads K/V head {@code h kvHeads / heads}.
     * Computed with a running softmax over tiles (Dao et al., 2022, FlashAttention); no matrix of scores exists.
     *
     * <p>A row must see the same numbers whether a token came with it or a pass before: so {@code k} and {@code v} are
     * rounded in place to what {@link #storeKv} stores for new tokens, F16 where the layer's K or V is quantized.
     *
     * @param y F32 [rows, heads * valueDim]
     * @param q F32 [rows, heads * keyDim]
     * @param k F32 [rows, kvHeads * keyDim]
     * @param v F32 [rows, kvHeads * valueDim]
     */
    void attend(Tensor y, KvLayer layer, List<KvSpan> spans, Tensor q, Tensor k, Tensor v, float scale);

    /**
     * Writes the rows' keys and values behind those their sequences have, and quantizes the tiles that leave the tail
     * with them; see {@link KvLayout}.
     *
     * @param k F32 [rows, kvHeads * keyDim]
     * @param v F32 [rows, kvHeads * valueDim]
     */
    void storeKv(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v);

    /**
     * {@code x += rmsNorm(h)}; {@code h} is changed.
     *
     * @param x F32 [rows, n]
     * @param h F32 [rows, n]
     * @param w F32 [1, n]
     */
    default void addRmsNorm(Tensor x, Tensor h, Tensor w, float epsilon) {
        rmsNorm(h, h, w, epsilon);
        add(x, h);
    }

    /**
     * Three products of the same activations: {@code q = x wq^T}, {@code k = x wk^T}, {@code v = x wv^T}.
     *
     * @param q F32 [rows, out of wq]; {@code k} and {@code v} accordingly
     * @param wq any type [out, in]; {@code wk} and {@code wv} accordingly
     * @param x F32 [rows, in]
     */
    default void projections(Tensor q, Tensor k, Tensor v, Tensor wq, Tensor wk, Tensor wv, Tensor x) {
        matmul(q, wq, x);
        matmul(k, wk, x);
        matmul(v, wv, x);
    }

    /**
     * {@code y = f(x gate^T) * (x up^T)}: both products of a gated feed-forward.
     *
     * @param y F32 [rows, out]
     * @param scratch F32 [rows, out], changed
     * @param gate any type [out, in]
     * @param up any type [out, in]
     * @param x F32 [rows, in]
     */
    default void gatedMatmul(Tensor y, Tensor scratch, Tensor gate, Tensor up, Tensor x, Activation f) {
        matmul(y, gate, x);
        matmul(scratch, up, x);
        gate(y, y, scratch, f);
    }

    /**
     * The k greatest of each row, in descending order: {@code y[r][2 i]} is one, {@code y[r][2 i + 1]} its column in
     * {@code x}. The lower column goes first among equals; NaN is greater than all.
     *
     * @param y F32 [rows, 2 k], k at most {@link #MOST_GREATEST} and n
     * @param x F32 [rows, n], n at most {@link #MOST_COLUMNS}
     */
    void greatest(Tensor y, Tensor x);

    /**
     * Normalises each head, then turns its pairs: {@link #rmsNorm} and {@link #rope}.
     *
     * @param x F32 [rows, heads * headDim], changed in place
     * @param w F32 [1, headDim]
     * @param table F32 [rows, rotatedDims] from {@link #ropeTable}
     */
    default void ropeRmsNorm(Tensor x, Tensor w, float epsilon, Tensor table, RopeSpec.Style style) {
        long dim = w.columns();
        Tensor heads = x.reshape(x.rows() * (x.columns() / dim), dim);
        rmsNorm(heads, heads, w, epsilon);
        rope(x, table, Math.toIntExact(dim), style);
    }
}
