package io.jgemma.engine.model;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.ModelSpec;

/**
 * What a decoder is made from.
 *
 * @param spec the model's shape
 * @param weights its tensors
 * @param backend where it runs
 * @param kv places of the layers' K and V
 * @param maxRows the most rows of a step
 */
public record DecoderContext(ModelSpec spec, Weights weights, Backend backend, KvPlan kv, int maxRows) {

    /** The backend's operations. */
    public Ops ops() {
        return backend.ops();
    }

    /** New working buffers for {@link #maxRows} rows. The decoder closes them. */
    public Workspace workspace() {
        return new Workspace(backend, maxRows);
    }
}
