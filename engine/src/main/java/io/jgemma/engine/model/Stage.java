package io.jgemma.engine.model;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Ops;

/**
 * Consecutive layers that one backend computes. The first stage has the embedding, too, the last one the output matrix.
 *
 * @param backend where the layers run
 * @param weights the file's tensors, brought to that backend
 * @param endLayer index of the layer behind the last one
 */
public record Stage(Backend backend, Weights weights, int endLayer) {

    /** The backend's operations. */
    public Ops ops() {
        return backend.ops();
    }
}
