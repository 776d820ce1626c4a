package io.jgemma.engine.model;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.LayerNorm;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.tensor.Tensor;

/** The block of the Command family: one LayerNorm for both, {@code x += attention(norm(x)) + mlp(norm(x))}. */
public final class ParallelBlock implements Block {

    private final Ops ops;
    private final Workspace.Rows hidden;
    private final Workspace.Rows attended;
    private final LayerNorm norm;
    private final Attention attention;
    private final GatedMlp mlp;

    /** Loads a block. */
    public ParallelBlock(BlockContext context) {
        ops = context.ops();
        hidden = context.hidden();
        attended = context.secondHidden();
        norm = context.layerNorm("attn_norm");
        attention = context.attention();
        mlp = context.mlp();
    }

    @Override
    public void forward(Tensor x, Step step) {
        Tensor h = hidden.first(step.rows());
        Tensor a = attended.first(step.rows());
        norm.apply(h, x);
        attention.apply(a, h, step);
        mlp.apply(h, h);
        ops.add(x, a);
        ops.add(x, h);
    }
}
