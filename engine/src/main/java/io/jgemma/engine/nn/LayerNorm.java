package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.tensor.Tensor;

/** LayerNorm with its weight and bias: {@link Ops#layerNorm}. */
public final class LayerNorm {

    private final Ops ops;
    private final Tensor weight;
    private final Tensor bias;
    private final float epsilon;

    /**
     * A norm.
     *
     * @param weight F32 [1, n]
     * @param bias F32 [1, n]
     */
    public LayerNorm(Ops ops, Tensor weight, Tensor bias, float epsilon) {
        this.ops = ops;
        this.weight = weight;
        this.bias = bias;
        this.epsilon = epsilon;
    }

    /** Computes {@code y}; both F32 [rows, n], {@code y} may be {@code x}. */
    public void apply(Tensor y, Tensor x) {
        ops.layerNorm(y, x, weight, bias, epsilon);
    }
}
