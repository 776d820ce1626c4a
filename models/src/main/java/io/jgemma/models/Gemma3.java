package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Block;
import io.jgemma.engine.model.BlockContext;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.DecoderEnds;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gemma 3 (270M, 1B, 4B, 12B, 27B), text. References: Gemma 3 Technical Report (Gemma Team, 2025, arXiv:2503.19786) and
 * Hugging Face transformers' {@code modeling_gemma3.py}. Against a plain Llama block:
 *
 * <ul>
 *   <li>embeddings are scaled by the square root of hidden;
 *   <li>RMSNorm before <i>and after</i> attention and feed-forward (the file's norm weights include the "+ 1"), and on
 *       the heads of Q and K before RoPE;
 *   <li>five of six layers see a window only, and have a RoPE base of their own, which most files do not name;
 *   <li>27B scales queries by hidden / heads instead of the head size;
 *   <li>GELU (tanh) gates the feed-forward; the output matrix is the embedding unless the file has one.
 * </ul>
 */
public final class Gemma3 implements Architecture {

    private static final int PATTERN = 6;
    private static final int DEFAULT_HEAD_DIM = 256;
    private static final double LOCAL_ROPE_BASE = 10_000;
    /** Only 27B has as many layers; the file does not say that its queries are scaled differently. */
    private static final int LAYERS_OF_27B = 62;

    @Override
    public String name() {
        return "gemma3";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        SpecReader reader = new SpecReader(file, name());
        int hidden = reader.count("embedding_length");
        int blocks = reader.blocks();
        int[] heads = reader.counts("attention.head_count", blocks);
        int[] kvHeads = reader.kvHeads(heads);
        int[] feedForward = reader.counts("feed_forward_length", blocks);
        int keyDim = reader.count("attention.key_length", DEFAULT_HEAD_DIM);
        int valueDim = reader.count("attention.value_length", DEFAULT_HEAD_DIM);
        int window = reader.number("attention.sliding_window", 0);
        double scaled = blocks == LAYERS_OF_27B ? (double) hidden / heads[0] : keyDim;
        float scale = (float) reader.real("attention.scale", 1 / Math.sqrt(scaled));
        RopeSpec global = reader.rope(RopeSpec.Style.HALVES, keyDim, 1_000_000);
        boolean[] sliding = sliding(reader, blocks);
        RopeSpec local = reader.localRope(RopeSpec.Style.HALVES, keyDim, LOCAL_ROPE_BASE);
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            boolean windowed = window > 0 && sliding[i];
            LayerSpec.Attending attending = new LayerSpec.Attending(
                    windowed ? window : 0, scale, windowed ? local : global, Activation.GELU_TANH);
            layers.add(reader.layer(
                    i, hidden, new LayerSpec.Shape(heads[i], kvHeads[i], keyDim, valueDim, feedForward[i]), attending));
        }
        return reader.model(name(), hidden, layers);
    }

    /** Which layers see a window only: said layer by layer, or by the length of the pattern whose last layer sees all. */
    private static boolean[] sliding(SpecReader reader, int blocks) {
        String key = "attention.sliding_window_pattern";
        return reader.flags(key, blocks).orElseGet(() -> {
            int pattern = reader.count(key, PATTERN);
            boolean[] sliding = new boolean[blocks];
            for (int i = 0; i < blocks; i++) {
                sliding[i] = (i + 1) % pattern != 0;
            }
            return sliding;
        });
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(
                context, DecoderEnds.of((float) Math.sqrt(context.spec().hidden())), SandwichBlock::new);
    }

    /** Norms before and after: {@code x += norm(attention(norm(x)))}, {@code x += norm(mlp(norm(x)))}. */
    private static final class SandwichBlock implements Block {
        private final Workspace.Rows hidden;
        private final RmsNorm attnNorm;
        private final Attention attention;
        private final RmsNorm attnPostNorm;
        private final RmsNorm ffnNorm;
        private final GatedMlp mlp;
        private final RmsNorm ffnPostNorm;

        SandwichBlock(BlockContext context) {
            hidden = context.hidden();
            attnNorm = context.norm("attn_norm");
            attention = context.attention();
            attnPostNorm = context.norm("post_attention_norm");
            ffnNorm = context.norm("ffn_norm");
            mlp = context.mlp();
            ffnPostNorm = context.norm("post_ffw_norm");
        }

        @Override
        public void forward(Tensor x, Step step) {
            Tensor h = hidden.first(step.rows());
            attnNorm.apply(h, x);
            attention.apply(h, h, step);
            attnPostNorm.addTo(x, h);
            ffnNorm.apply(h, x);
            mlp.apply(h, h);
            ffnPostNorm.addTo(x, h);
        }
    }

    @Override
    public SamplerOptions sampling() {
        return SamplerOptions.builder().topK(64).topP(0.95f).build();
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of(name());
    }

    @Override
    public String toolSyntax() {
        return "gemma";
    }
}
