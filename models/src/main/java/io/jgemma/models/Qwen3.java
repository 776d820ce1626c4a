package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.DecoderEnds;
import io.jgemma.engine.model.PreNormBlock;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;

/**
 * Qwen 3, dense. References: Qwen3 Technical Report (Qwen Team, 2025, arXiv:2505.09388) and Hugging Face transformers'
 * {@code modeling_qwen3.py}. Against a plain Llama block: RMSNorm on the heads of Q and K before RoPE, head size of its own,
 * RoPE on halves, optional YaRN.
 */
public final class Qwen3 implements Architecture {

    @Override
    public String name() {
        return "qwen3";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        // Without its norms of heads a Qwen 3 would run and talk nonsense.
        file.tensor("blk.0.attn_q_norm.weight");
        file.tensor("blk.0.attn_k_norm.weight");
        return new SpecReader(file, name()).uniform(name(), RopeSpec.Style.HALVES);
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, DecoderEnds.of(1), PreNormBlock::new);
    }

    @Override
    public SamplerOptions sampling() {
        return SamplerOptions.builder().temperature(0.6f).topK(20).topP(0.95f).build();
    }

    @Override
    public String toolSyntax() {
        return "qwen";
    }
}
