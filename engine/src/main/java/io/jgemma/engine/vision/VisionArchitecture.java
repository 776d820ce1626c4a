package io.jgemma.engine.vision;

import io.jgemma.engine.gguf.GgufFile;

/**
 * A family of vision towers with their projector: what its file says, and how its blocks are wired. Found through
 * {@link java.util.ServiceLoader} by {@link #projector}.
 */
public interface VisionArchitecture {

    /** {@code clip.projector_type} of the files it reads. */
    String projector();

    /**
     * The shape of a file's tower.
     *
     * @throws io.jgemma.engine.gguf.GgufException when metadata is missing or of the wrong type
     * @throws io.jgemma.engine.model.ModelException when the file asks for something this family does not do
     */
    VisionSpec spec(GgufFile file);

    /** What stands around a picture's rows in a prompt, as the family's reference processor has it. */
    PictureLayout layout();

    /** Loads the weights and wires the blocks. */
    VisionEncoder encoder(VisionContext context);
}
