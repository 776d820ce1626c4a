package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.tensor.Tensor;

/** LayerNorm with its weight and bias: {@link Ops#layerNorm}. */
public final class LayerNorm implements Norm {

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

    @Override
    public void apply(Tensor y, Tensor x) {
        ops.layerNorm(y, x, weight, bias, epsilon);
    }
}
