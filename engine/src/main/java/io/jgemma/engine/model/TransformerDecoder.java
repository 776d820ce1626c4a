package io.jgemma.engine.model;

import io.jgemma.engine.nn.Embedding;
import io.jgemma.engine.nn.Linear;
import io.jgemma.engine.nn.OutputHead;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Rope;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Embedding, blocks, norm, output matrix: the frame that all decoders share. An architecture gives the blocks. */
public final class TransformerDecoder implements Decoder {

    private final Workspace workspace;
    private final Workspace.Rows residual;
    private final Embedding embedding;
    private final Map<RopeSpec, Rope> ropes = new LinkedHashMap<>();
    private final List<Block> blocks = new ArrayList<>();
    private final OutputHead head;

    /**
     * Loads a decoder. The output matrix is the embedding unless the file has an {@code output.weight}.
     *
     * @param embeddingScale factor on embeddings
     * @param block makes one block
     */
    public TransformerDecoder(DecoderContext context, float embeddingScale, Function<BlockContext, Block> block) {
        ModelSpec spec = context.spec();
        Weights weights = context.weights();
        // Weights come before buffers: their shapes are checked, so no buffer is larger than the file justifies.
        Tensor table = weights.matrix("token_embd.weight", spec.vocabulary(), spec.hidden());
        workspace = context.workspace();
        residual = workspace.rows("residual", spec.hidden());
        embedding = new Embedding(context.ops(), table, embeddingScale);
        for (int i = 0; i < spec.layers().size(); i++) {
            String name = "rope" + ropes.size();
            Rope rope = ropes.computeIfAbsent(
                    spec.layers().get(i).rope(), s -> new Rope(context.ops(), s, workspace, name));
            blocks.add(block.apply(new BlockContext(context, workspace, i, rope)));
        }
        Linear output = weights.has("output.weight")
                ? weights.linear("output", spec.vocabulary(), spec.hidden())
                : new Linear(context.ops(), table, null);
        RmsNorm norm = weights.rmsNorm("output_norm", spec.hidden(), spec.normEpsilon());
        head = new OutputHead(context.ops(), norm, output, spec.hidden(), workspace);
    }

    @Override
    public void forward(Step step) {
        Tensor x = residual.first(step.rows());
        embedding.apply(x, step);
        step.tap().see("inp_embd", -1, x);
        for (Rope rope : ropes.values()) {
            rope.begin(step);
        }
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).forward(x, step);
            step.tap().see("l_out", i, x);
        }
        head.begin(x, step);
    }

    @Override
    public Tensor logits(int first, int rows) {
        return head.logits(first, rows);
    }

    @Override
    public void close() {
        workspace.close();
    }
}
