package io.jgemma.engine.platform;

/** The system gives no memory to run assembled code from. */
public final class CodeMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CodeMemoryException(String message) {
        super(message);
    }

    public CodeMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
