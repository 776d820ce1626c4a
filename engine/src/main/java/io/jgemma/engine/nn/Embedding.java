package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.tensor.Tensor;

/** Token ids to rows of the residual stream. */
public final class Embedding {

    private final Ops ops;
    private final Tensor table;
    private final float scale;

    /**
     * An embedding.
     *
     * @param table any type [vocabulary, hidden]
     * @param scale factor on each row (Gemma: the square root of hidden)
     */
    public Embedding(Ops ops, Tensor table, float scale) {
        this.ops = ops;
        this.table = table;
        this.scale = scale;
    }

    /** Writes the rows' embeddings to {@code x}, F32 [rows, hidden]. */
    public void apply(Tensor x, Step step) {
        ops.embed(x, table, step.tokens(), scale);
    }
}
