package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.tensor.Tensor;

/** RMSNorm with its weight: {@link Ops#rmsNorm}. */
public final class RmsNorm implements Norm {

    private final Ops ops;
    private final Tensor weight;
    private final float epsilon;

    /**
     * A norm.
     *
     * @param weight F32 [1, n]
     */
    public RmsNorm(Ops ops, Tensor weight, float epsilon) {
        this.ops = ops;
        this.weight = weight;
        this.epsilon = epsilon;
    }

    /** Elements of a row. */
    long elements() {
        return weight.columns();
    }

    @Override
    public void apply(Tensor y, Tensor x) {
        ops.rmsNorm(y, x, weight, epsilon);
    }

    /** Normalises every head of every row and turns it: {@code x} F32 [rows, heads * n] in place. */
    void applyToHeads(Tensor x, Rope rope) {
        rope.apply(x, weight, epsilon);
    }

    /** {@code x += norm(h)}; {@code h} is changed. */
    public void addTo(Tensor x, Tensor h) {
        ops.addRmsNorm(x, h, weight, epsilon);
    }
}
