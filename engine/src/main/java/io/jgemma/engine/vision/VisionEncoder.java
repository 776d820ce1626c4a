package io.jgemma.engine.vision;

import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/** A vision tower ready to run. Not thread-safe. Closing it frees its working buffers; weights belong to the backend. */
public interface VisionEncoder extends AutoCloseable {

    /** The most pictures of one pass. */
    int mostPictures();

    /**
     * Turns pictures into rows for the language model.
     *
     * @param pictures of each, F32 [3, imageSize, imageSize]: planes of red, green and blue, normalised
     * @return F32 [pictures * tokens, outputs], valid until the next call
     */
    Tensor encode(List<float[]> pictures);

    @Override
    void close();
}
