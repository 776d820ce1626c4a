package io.jgemma.engine;

/** An engine or a session was closed. */
public final class EngineClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    EngineClosedException(String what) {
        super("the " + what + " is closed");
    }
}
