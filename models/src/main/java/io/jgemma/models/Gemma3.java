package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Block;
import io.jgemma.engine.model.BlockContext;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.nn.Attention;
import io.jgemma.engine.nn.GatedMlp;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

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
        int heads = reader.count("attention.head_count");
        int keyDim = reader.count("attention.key_length", DEFAULT_HEAD_DIM);
        int window = reader.number("attention.sliding_window", 0);
        double scaled = blocks == LAYERS_OF_27B ? (double) hidden / heads : keyDim;
        float scale = (float) reader.real("attention.scale", 1 / Math.sqrt(scaled));
        RopeSpec global = reader.rope(RopeSpec.Style.HALVES, keyDim, 1_000_000);
        double localBase = reader.real("rope.freq_base_swa", reader.real("rope.local.freq_base", LOCAL_ROPE_BASE));
        RopeSpec local = RopeSpec.of(RopeSpec.Style.HALVES, keyDim, localBase, 1);
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            boolean sliding = window > 0 && sliding(reader, i);
            layers.add(new LayerSpec(
                    heads,
                    reader.count("attention.head_count_kv", heads),
                    keyDim,
                    reader.count("attention.value_length", DEFAULT_HEAD_DIM),
                    sliding ? window : 0,
                    scale,
                    sliding ? local : global,
                    reader.count("feed_forward_length"),
                    Activation.GELU_TANH));
        }
        return new ModelSpec(
                name(),
                reader.count("context_length"),
                reader.vocabulary(),
                hidden,
                (float) reader.real("attention.layer_norm_rms_epsilon"),
                layers);
    }

    private static boolean sliding(SpecReader reader, int layer) {
        return reader.flags("attention.sliding_window_pattern")
                .map(flags -> layer < flags.length && flags[layer])
                .orElseGet(() -> (layer + 1) % patternLength(reader) != 0);
    }

    private static int patternLength(SpecReader reader) {
        return reader.has("attention.sliding_window_pattern")
                        && reader.flags("attention.sliding_window_pattern").isEmpty()
                ? reader.count("attention.sliding_window_pattern")
                : PATTERN;
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, (float) Math.sqrt(context.spec().hidden()), SandwichBlock::new);
    }

    /** Norms before and after: {@code x += norm(attention(norm(x)))}, {@code x += norm(mlp(norm(x)))}. */
    private static final class SandwichBlock implements Block {
        private final int index;
        private final Workspace.Rows hidden;
        private final RmsNorm attnNorm;
        private final Attention attention;
        private final RmsNorm attnPostNorm;
        private final RmsNorm ffnNorm;
        private final GatedMlp mlp;
        private final RmsNorm ffnPostNorm;

        SandwichBlock(BlockContext context) {
            index = context.index();
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
            step.tap().see("attn_out", index, h);
            attnPostNorm.addTo(x, h);
            ffnNorm.apply(h, x);
            mlp.apply(h, h);
            step.tap().see("ffn_out", index, h);
            ffnPostNorm.addTo(x, h);
        }
    }
}
