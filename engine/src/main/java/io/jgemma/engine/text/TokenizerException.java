package io.jgemma.engine.text;

/** A vocabulary that cannot be used, or a text or token id that a vocabulary cannot express. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TokenizerException(String message) {
        super(message);
    }

    TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
