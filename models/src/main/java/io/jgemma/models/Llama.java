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
 * Llama 2, 3, 3.1, 3.2 and everything else that calls itself {@code llama}: Mistral, SmolLM2, R1-Distill-Llama. References:
 * Llama 2 (Touvron et al., 2023, arXiv:2307.09288), The Llama 3 Herd of Models (2024, arXiv:2407.21783). RoPE turns neighbouring
 * elements, because the converter to GGUF reorders the rows of Q and K; from 3.1 on {@code rope_freqs.weight} divides the
 * frequencies.
 */
public final class Llama implements Architecture {

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        return new SpecReader(file, name()).uniform(name(), RopeSpec.Style.INTERLEAVED);
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, DecoderEnds.of(1), PreNormBlock::new);
    }

    @Override
    public SamplerOptions sampling() {
        return SamplerOptions.builder().temperature(0.6f).topP(0.9f).build();
    }

    @Override
    public String toolSyntax() {
        return "llama3";
    }
}
