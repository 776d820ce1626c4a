package io.jgemma.engine.nn;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Self-attention of one layer: project, normalise heads, turn, attend, store K and V, project back. */
public final class Attention {

    /**
     * The parts of one layer.
     *
     * @param q to [rows, heads * keyDim]
     * @param k to [rows, kvHeads * keyDim]
     * @param v to [rows, kvHeads * valueDim]
     * @param output from [rows, heads * valueDim]
     * @param qNorm norm of each query head, or of all together, or null
     * @param kNorm norm of each key head, or of all together, or null
     * @param rope position embedding
     */
    public record Parts(
            Linear q,
            Linear k,
            Linear v,
            Linear output,
            @Nullable RmsNorm qNorm,
            @Nullable RmsNorm kNorm,
            Rope rope) {}

    private final Ops ops;
    private final Parts parts;
    private final LayerSpec spec;
    private final KvLayer place;
    private final Workspace.Rows queries;
    private final Workspace.Rows keys;
    private final Workspace.Rows values;
    private final Workspace.Rows outputs;

    /** Attention of the layer {@code spec} whose K and V lie at {@code place}. */
    public Attention(Ops ops, Parts parts, LayerSpec spec, KvLayer place, Workspace workspace) {
        this.ops = ops;
        this.parts = parts;
        this.spec = spec;
        this.place = place;
        queries = workspace.rows("q", spec.heads() * spec.keyDim());
        keys = workspace.rows("k", spec.kvHeads() * spec.keyDim());
        values = workspace.rows("v", spec.kvHeads() * spec.valueDim());
        outputs = workspace.rows("attn", spec.heads() * spec.valueDim());
    }

    /**
     * {@code y = attention(h)}.
     *
     * @param y F32 [rows, hidden]; may be {@code h}
     * @param h F32 [rows, hidden], normalised
     */
    public void apply(Tensor y, Tensor h, Step step) {
        int rows = step.rows();
        Tensor q = queries.first(rows);
        Tensor k = keys.first(rows);
        Tensor v = values.first(rows);
        Tensor o = outputs.first(rows);
        parts.q.applyWith(parts.k, parts.v, q, k, v, h);
        turn(q, parts.qNorm);
        turn(k, parts.kNorm);
        ops.attend(o, place, step.spans(), q, k, v, spec.attentionScale());
        ops.storeKv(place, step.spans(), k, v);
        parts.output.apply(y, o);
    }

    private void turn(Tensor heads, @Nullable RmsNorm norm) {
        if (norm == null) {
            parts.rope.apply(heads, spec.keyDim());
        } else if (norm.elements() > spec.keyDim()) {
            norm.apply(heads, heads);
            parts.rope.apply(heads, spec.keyDim());
        } else {
            norm.applyToHeads(heads, parts.rope);
        }
    }
}
