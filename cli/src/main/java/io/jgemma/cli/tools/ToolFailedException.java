package io.jgemma.cli.tools;

/** A tool gave no result. The message is for the person and for the model alike. */
public final class ToolFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ToolFailedException(String message) {
        super(message);
    }
}
