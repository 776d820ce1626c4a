package io.jgemma.engine.vision;

/** A picture cannot be read, or is too large; the message says which, why and what to do. */
public final class PictureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PictureException(String message) {
        super(message);
    }

    public PictureException(String message, Throwable cause) {
        super(message, cause);
    }
}
