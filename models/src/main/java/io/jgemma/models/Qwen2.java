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
 * Qwen 2 and 2.5, QwQ, R1-Distill-Qwen. References: Qwen2.5 Technical Report (Qwen Team, 2024, arXiv:2412.15115) and Hugging
 * Face transformers' {@code modeling_qwen2.py}. Against a plain Llama block: biases on Q, K and V, RoPE on halves, optional
 * YaRN.
 */
public final class Qwen2 implements Architecture {

    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        return new SpecReader(file, name()).uniform(name(), RopeSpec.Style.HALVES);
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, DecoderEnds.of(1), PreNormBlock::new);
    }

    /** Without the makers' repetition penalty of 1.05, which would change the most likely answer, too. */
    @Override
    public SamplerOptions sampling() {
        return SamplerOptions.builder().temperature(0.7f).topK(20).topP(0.8f).build();
    }

    @Override
    public String toolSyntax() {
        return "qwen";
    }
}
