package io.jgemma.models;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.DecoderEnds;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.model.ParallelBlock;
import io.jgemma.engine.model.SpecReader;
import io.jgemma.engine.model.TransformerDecoder;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;

/**
 * Command R. Reference: Hugging Face transformers' {@code modeling_cohere.py}. Against a plain Llama block: LayerNorm with a weight alone,
 * one norm for attention and feed-forward, which both read it and are added together; logits are scaled, and the output matrix is the
 * embedding. Command R+ also normalises its heads by LayerNorm, which is refused.
 */
public final class CommandR implements Architecture {

    @Override
    public String name() {
        return "command-r";
    }

    @Override
    public ModelSpec spec(GgufFile file) {
        if (file.find("blk.0.attn_q_norm.weight").isPresent()) {
            throw new ModelException(
                    file.name() + ": tensor blk.0.attn_q_norm.weight is a LayerNorm of heads (Command R+),"
                            + " which is not supported");
        }
        SpecReader reader = new SpecReader(file, name());
        return reader.uniform(name(), RopeSpec.Style.INTERLEAVED).withLogitScale((float) reader.real("logit_scale", 1));
    }

    @Override
    public Decoder decoder(DecoderContext context) {
        return new TransformerDecoder(context, new DecoderEnds(1, DecoderEnds.OutputNorm.LAYER), ParallelBlock::new);
    }
}
