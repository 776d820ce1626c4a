package io.jgemma.engine.platform;

/** Memory was to be locked and could not be. */
public final class MemoryLockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message for people. */
    public MemoryLockException(String message) {
        super(message);
    }
}
