package io.jgemma.engine.model;

import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.nn.Embedding;
import io.jgemma.engine.nn.Linear;
import io.jgemma.engine.nn.Norm;
import io.jgemma.engine.nn.OutputHead;
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

/**
 * Embedding, blocks, norm, output matrix: the frame that all decoders share. An architecture gives the blocks. Where the
 * blocks run on several backends, the residual stream goes from one to the next, and nothing else does.
 */
public final class TransformerDecoder implements Decoder {

    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    /** The blocks of one stage, and its buffers. */
    private static final class Part {
        private final Stage stage;
        private final Workspace workspace;
        private final Workspace.Rows residual;
        private final Map<RopeSpec, Rope> ropes = new LinkedHashMap<>();
        private final List<Block> blocks = new ArrayList<>();

        Part(DecoderContext context, Stage stage) {
            this.stage = stage;
            workspace = new Workspace(stage.backend(), context.maxRows());
            residual = workspace.rows("residual", context.spec().hidden());
        }

        void add(DecoderContext context, int layer, Function<BlockContext, Block> block) {
            String name = "rope" + ropes.size();
            Rope rope = ropes.computeIfAbsent(
                    context.spec().layers().get(layer).rope(), s -> new Rope(stage.ops(), s, workspace, name));
            blocks.add(block.apply(new BlockContext(context, stage, workspace, layer, rope)));
        }

        void forward(Tensor x, Step step) {
            for (Rope rope : ropes.values()) {
                rope.begin(step);
            }
            for (int i = 0; i < blocks.size(); i++) {
                blocks.get(i).forward(x, step);
            }
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final Embedding embedding;
    private final OutputHead head;

    /**
     * Loads a decoder. The output matrix is the embedding unless the file has an {@code output.weight}.
     *
     * @param block makes one block
     */
    public TransformerDecoder(DecoderContext context, DecoderEnds ends, Function<BlockContext, Block> block) {
        boolean complete = false;
        try {
            Stage first = context.stages().getFirst();
            // Weights come before buffers: their shapes are checked, so no buffer is larger than the file justifies.
            embedding = new Embedding(first.backend(), embeddings(context), ends.embeddingScale());
            int layer = 0;
            for (Stage stage : context.stages()) {
                Part part = new Part(context, stage);
                parts.add(part);
                for (; layer < stage.endLayer(); layer++) {
                    part.add(context, layer, block);
                }
            }
            head = head(context.spec(), ends, parts.getLast());
            requireReadable();
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /** The table of the first stage, which may be its output matrix as well. */
    private static Tensor embeddings(DecoderContext context) {
        ModelSpec spec = context.spec();
        Weights weights = context.stages().getFirst().weights();
        boolean tied = context.stages().size() == 1 && !weights.has(OUTPUT);
        return tied ? tiedOutput(spec, weights) : weights.table(EMBEDDING, spec.vocabulary(), spec.hidden());
    }

    private static Tensor tiedOutput(ModelSpec spec, Weights weights) {
        return weights.matrix(EMBEDDING, spec.vocabulary(), spec.hidden());
    }

    private static OutputHead head(ModelSpec spec, DecoderEnds ends, Part part) {
        Stage stage = part.stage;
        Weights weights = stage.weights();
        Linear output = weights.has(OUTPUT)
                ? weights.linear("output", spec.vocabulary(), spec.hidden())
                : new Linear(stage.ops(), tiedOutput(spec, weights), null);
        Norm norm = switch (ends.outputNorm()) {
            case RMS -> weights.rmsNorm("output_norm", spec.hidden(), spec.normEpsilon());
            case LAYER -> weights.layerNorm("output_norm", spec.hidden(), spec.normEpsilon());
        };
        return new OutputHead(stage.ops(), norm, output, spec.logitScale(), spec.hidden(), part.workspace);
    }

    @Override
    public void forward(Step step) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).stage.weights().requireUnchanged();
        }
        Part before = parts.getFirst();
        Tensor x = before.residual.first(step.rows());
        embedding.apply(x, step);
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (i > 0) {
                Tensor here = part.residual.first(step.rows());
                part.stage.backend().receive(here, x, before.stage.backend());
                x = here;
            }
            part.forward(x, step);
            before = part;
        }
        head.begin(x, step);
        requireReadable();
    }

    /** Zeros may have been read in place of weights: what came of them is nobody's to see. */
    private void requireReadable() {
        parts.getFirst().stage.weights().requireReadable();
    }

    @Override
    public Tensor logits(int first, int rows) {
        Tensor logits = head.logits(first, rows);
        requireReadable();
        return logits;
    }

    @Override
    public Tensor greatest(Tensor logits, int k) {
        return head.greatest(logits, k);
    }

    @Override
    public Tensor hidden() {
        return head.hidden();
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        parts.forEach(part -> cleanup.add(part.workspace::close));
        cleanup.run();
    }
}
