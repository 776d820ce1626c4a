package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;

/** Position embedding of all layers with the same {@link RopeSpec}: angles are computed once a step. */
public final class Rope {

    private final Ops ops;
    private final RopeSpec spec;
    private final Workspace.Rows table;

    /** A position embedding; {@code name} must differ from that of the model's other ones. */
    public Rope(Ops ops, RopeSpec spec, Workspace workspace, String name) {
        this.ops = ops;
        this.spec = spec;
        this.table = workspace.rows(name, spec.rotatedDims());
    }

    /** Computes the angles of a step. */
    public void begin(Step step) {
        ops.ropeTable(table.first(step.rows()), spec, step.positions());
    }

    /**
     * Turns heads by the angles of the last {@link #begin}.
     *
     * @param x F32 [rows, heads * headDim], in place
     */
    public void apply(Tensor x, int headDim) {
        ops.rope(x, table.first((int) x.rows()), headDim, spec.style());
    }

    /**
     * Normalises heads, then turns them.
     *
     * @param x F32 [rows, heads * headDim], in place
     * @param norm F32 [1, headDim]
     */
    void apply(Tensor x, Tensor norm, float epsilon) {
        ops.ropeRmsNorm(x, norm, epsilon, table.first((int) x.rows()), spec.style());
    }
}
