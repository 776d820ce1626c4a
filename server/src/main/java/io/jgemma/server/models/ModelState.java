package io.jgemma.server.models;

/** Whether a model is in memory. */
public enum ModelState {
    UNLOADED,
    LOADING,
    LOADED
}
