package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.DecoderEnds;
import io.jgemma.engine.model.ParallelBlock;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;

/**
 * Command A and Command R7B. Reference: Hugging Face transformers' {@code modeling_cohere2.py}. As Command R, but three of four layers see
 * a window only and turn their heads by RoPE, and each fourth sees everything and has no position embedding at all.
 */
public final class Cohere2 implements Architecture {

    private static final int PATTERN = 4;
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public String name() {
        return "cohere2";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        SpecReader reader = new SpecReader(file, name());
        int window = reader.count("attention.sliding_window", DEFAULT_WINDOW);
        return reader.layered(
                        name(),
                        layer -> isGlobal(layer) ? 0 : window,
                        (layer, headDim) -> isGlobal(layer)
                                ? RopeSpec.none(RopeSpec.Style.INTERLEAVED)
                                : reader.rope(RopeSpec.Style.INTERLEAVED, headDim, 10_000))
                .withLogitScale((float) reader.real("logit_scale", 1));
    }

    private static boolean isGlobal(int layer) {
        return (layer + 1) % PATTERN == 0;
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, new DecoderEnds(1, DecoderEnds.OutputNorm.LAYER), ParallelBlock::new);
    }
}
