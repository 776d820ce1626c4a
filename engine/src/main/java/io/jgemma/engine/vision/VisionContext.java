package io.jgemma.engine.vision;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.nn.LayerNorm;

/**
 * What a tower is wired from.
 *
 * @param spec its shape
 * @param backend where it runs
 * @param weights the file's tensors, brought to that backend
 */
public record VisionContext(VisionSpec spec, Backend backend, Weights weights) {

    /** The backend's operations. */
    public Ops ops() {
        return backend.ops();
    }

    /** {@code NAME.weight} and {@code NAME.bias} [hidden] as a norm. */
    public LayerNorm layerNorm(String name) {
        return new LayerNorm(
                ops(),
                weights.vector(name + ".weight", spec.hidden()),
                weights.vector(name + ".bias", spec.hidden()),
                spec.epsilon());
    }
}
