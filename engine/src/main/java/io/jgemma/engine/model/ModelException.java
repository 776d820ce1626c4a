package io.jgemma.engine.model;

/** A file is a sound GGUF, but no model that this engine can run as asked. The message is for people. */
public final class ModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
