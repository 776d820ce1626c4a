package io.jgemma.engine.model;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolCallParsers;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.spec.ModelSpec;
import java.util.Optional;

/**
 * One family of models: what its file says, how its blocks are wired, and what its models are used with. Nothing else in the
 * engine names a model. Found through {@link java.util.ServiceLoader}
 * by {@link #name}.
 */
public interface Architecture {

    /** {@code general.architecture} of the files it reads. */
    String name();

    /**
     * The shape of a file's model.
     *
     * @throws io.jgemma.engine.gguf.GgufException when metadata is missing or of the wrong type
     * @throws ModelException when the file asks for something this architecture does not do
     */
    ModelSpec spec(GgufFile file);

    /** Loads the weights and wires the blocks. */
    Decoder decoder(DecoderContext context);

    /** How its makers choose tokens; the model's own distribution unless they say otherwise. */
    default SamplerOptions sampling() {
        return SamplerOptions.builder().build();
    }

    /** The {@linkplain io.jgemma.engine.template.BuiltinTemplates built-in} chat template for files without one. */
    default Optional<String> chatTemplate() {
        return Optional.empty();
    }

    /** The name of the {@link io.jgemma.engine.chat.ToolCallParser} that reads its tool calls. */
    default String toolSyntax() {
        return ToolCallParsers.none().name();
    }

    /** What stands around its models' reasoning. */
    default ReasoningTags reasoning() {
        return ReasoningTags.THINK;
    }
}
