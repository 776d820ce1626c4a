package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.spec.ModelSpec;

/**
 * One family of models: what its file says, and how its blocks are wired. Found through {@link java.util.ServiceLoader}
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
}
