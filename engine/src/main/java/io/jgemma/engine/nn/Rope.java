package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Position embedding of all layers with the same {@link RopeSpec}, perhaps none: angles are computed once a step. */
public final class Rope {

    private final Ops ops;
    private final RopeSpec spec;
    private final Workspace.@Nullable Rows table;

    /** A position embedding; {@code name} must differ from that of the model's other ones. */
    public Rope(Ops ops, RopeSpec spec, Workspace workspace, String name) {
        this.ops = ops;
        this.spec = spec;
        this.table = spec.rotatedDims() == 0 ? null : workspace.rows(name, spec.rotatedDims());
    }

    /** Computes the angles of a step. */
    public void begin(Step step) {
        if (table != null) {
            ops.ropeTable(table.first(step.rows()), spec, step.positions());
        }
    }

    /**
     * Turns heads by the angles of the last {@link #begin}.
     *
     * @param x F32 [rows, heads * headDim], in place
     */
    public void apply(Tensor x, int headDim) {
        if (table != null) {
            ops.rope(x, table.first((int) x.rows()), headDim, spec.style());
        }
    }

    /**
     * Normalises heads, then turns them.
     *
     * @param x F32 [rows, heads * headDim], in place
     * @param norm F32 [1, headDim]
     */
    void apply(Tensor x, Tensor norm, float epsilon) {
        if (table != null) {
            ops.ropeRmsNorm(x, norm, epsilon, table.first((int) x.rows()), spec.style());
            return;
        }
        long dim = norm.columns();
        Tensor heads = x.reshape(x.rows() * (x.columns() / dim), dim);
        ops.rmsNorm(heads, heads, norm, epsilon);
    }
}
