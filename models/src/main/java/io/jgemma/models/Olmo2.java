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
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;

/**
 * OLMo 2. References: 2 OLMo 2 Furious (OLMo Team, 2025, arXiv:2501.00656) and Hugging Face transformers'
 * {@code modeling_olmo2.py}. Against a plain Llama block: RMSNorm <i>after</i> attention and feed-forward and not before, RMSNorm over
 * all heads of Q together, and of K, before RoPE, which turns halves.
 */
public final class Olmo2 implements Architecture {

    @Override
    public String name() {
        return "olmo2";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        // Without its norms of Q and K an OLMo 2 would run and talk nonsense.
        file.tensor("blk.0.attn_q_norm.weight");
        file.tensor("blk.0.attn_k_norm.weight");
        return new SpecReader(file, name()).uniform(name(), RopeSpec.Style.HALVES);
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, DecoderEnds.of(1), PostNormBlock::new);
    }

    /** {@code x += norm(attention(x))}, {@code x += norm(mlp(x))}. */
    private static final class PostNormBlock implements Block {
        private final Workspace.Rows hidden;
        private final Attention attention;
        private final RmsNorm attnPostNorm;
        private final GatedMlp mlp;
        private final RmsNorm ffnPostNorm;

        PostNormBlock(BlockContext context) {
            hidden = context.hidden();
            attention = context.attention();
            attnPostNorm = context.norm("post_attention_norm");
            mlp = context.mlp();
            ffnPostNorm = context.norm("post_ffw_norm");
        }

        @Override
        public void forward(Tensor x, Step step) {
            Tensor h = hidden.first(step.rows());
            attention.apply(h, x, step);
            attnPostNorm.addTo(x, h);
            mlp.apply(h, x);
            ffnPostNorm.addTo(x, h);
        }
    }
}
