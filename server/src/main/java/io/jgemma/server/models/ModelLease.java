package io.jgemma.server.models;

import io.jgemma.engine.Engine;
import io.jgemma.engine.sample.SamplerOptions;

/** A loaded model, held for one request: it is not unloaded before the lease is closed. */
public final class ModelLease implements AutoCloseable {
    private final ModelSlot slot;
    private final Engine engine;
    private boolean closed;

    ModelLease(ModelSlot slot, Engine engine) {
        this.slot = slot;
        this.engine = engine;
    }

    /** What clients call the model. */
    public String id() {
        return slot.definition().id();
    }

    /** The model. It belongs to the server. */
    public Engine engine() {
        return engine;
    }

    /** How tokens are chosen where a request says nothing. */
    public SamplerOptions sampling() {
        return slot.definition().sampling().apply(engine.defaultSampling());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            slot.release();
        }
    }
}
