package io.jgemma.server.models;

import io.jgemma.engine.Engine;

/** Brings a model into memory. */
@FunctionalInterface
interface ModelLoader {
    Engine load(ModelDefinition definition);
}
