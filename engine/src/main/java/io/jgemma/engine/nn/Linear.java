package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = x w^T + bias}. */
public final class Linear {

    private final Ops ops;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * A product with a weight.
     *
     * @param weight any type [out, in]
     * @param bias F32 [1, out], or null
     */
    public Linear(Ops ops, Tensor weight, @Nullable Tensor bias) {
        this.ops = ops;
        this.weight = weight;
        this.bias = bias;
    }

    /** Elements of an output row. */
    public int outputs() {
        return Math.toIntExact(weight.rows());
    }

    /**
     * Computes {@code y}.
     *
     * @param y F32 [rows, out]
     * @param x F32 [rows, in]
     */
    public void apply(Tensor y, Tensor x) {
        ops.matmul(y, weight, x);
        addBias(y);
    }

    private void addBias(Tensor y) {
        if (bias != null) {
            ops.addBias(y, bias);
        }
    }

    /**
     * Queries, keys and values of the same activations: {@code q = this(x)}, {@code k = keys(x)}, {@code v = values(x)}.
     *
     * @param q F32 [rows, out]; {@code k} and {@code v} accordingly
     * @param x F32 [rows, in]
     */
    public void applyWith(Linear keys, Linear values, Tensor q, Tensor k, Tensor v, Tensor x) {
        ops.projections(q, k, v, weight, keys.weight, values.weight, x);
        addBias(q);
        keys.addBias(k);
        values.addBias(v);
    }

    /**
     * {@code y = f(this(x)) * up(x)}: the two halves of a gated feed-forward.
     *
     * @param y F32 [rows, out]
     * @param scratch F32 [rows, out], changed
     * @param up as many outputs
     * @param x F32 [rows, in]
     */
    public void applyGated(Tensor y, Tensor scratch, Linear up, Tensor x, Activation f) {
        if (bias == null && up.bias == null) {
            ops.gatedMatmul(y, scratch, weight, up.weight, x, f);
            return;
        }
        apply(y, x);
        up.apply(scratch, x);
        ops.gate(y, y, scratch, f);
    }
}
