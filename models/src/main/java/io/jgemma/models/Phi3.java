package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.DecoderEnds;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.model.PreNormBlock;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;

/**
 * Phi 3, 3.5 and 4 with contexts of 4K and 16K. References: Phi-3 Technical Report (Microsoft, 2024, arXiv:2404.14219) and Hugging Face
 * transformers' {@code modeling_phi3.py}. Against a plain Llama block: Q, K and V are one matrix, gate and up are one, RoPE turns
 * halves, and all layers may have a window. The factors of models with 128K ({@code rope_factors_long}) are not computed.
 */
public final class Phi3 implements Architecture {

    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        SpecReader reader = new SpecReader(file, name());
        if (file.find("rope_factors_long.weight").isPresent()) {
            throw new ModelException(
                    file.name() + ": tensor rope_factors_long.weight scales positions for long contexts,"
                            + " which is not supported; use a model of this family without it, for example Phi 4");
        }
        int window = reader.number("attention.sliding_window", 0);
        // A window as long as the context hides nothing.
        int seen = window >= reader.count("context_length") ? 0 : window;
        return reader.layered(
                name(), layer -> seen, (layer, headDim) -> reader.rope(RopeSpec.Style.HALVES, headDim, 10_000));
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, DecoderEnds.of(1), PreNormBlock::new);
    }
}
