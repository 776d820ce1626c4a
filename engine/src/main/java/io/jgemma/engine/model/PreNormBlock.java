package io.jgemma.engine.model;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.tensor.Tensor;

/** The block of the Llama and Qwen families: {@code x += attention(norm(x))}, {@code x += mlp(norm(x))}. */
public final class PreNormBlock implements Block {

    private final Ops ops;
    private final Workspace.Rows hidden;
    private final RmsNorm attnNorm;
    private final Attention attention;
    private final RmsNorm ffnNorm;
    private final GatedMlp mlp;

    /** Loads a block. */
    public PreNormBlock(BlockContext context) {
        ops = context.ops();
        hidden = context.hidden();
        attnNorm = context.norm("attn_norm");
        attention = context.attention();
        ffnNorm = context.norm("ffn_norm");
        mlp = context.mlp();
    }

    @Override
    public void forward(Tensor x, Step step) {
        Tensor h = hidden.first(step.rows());
        attnNorm.apply(h, x);
        attention.apply(h, h, step);
        ops.add(x, h);
        ffnNorm.apply(h, x);
        mlp.apply(h, h);
        ops.add(x, h);
    }
}
