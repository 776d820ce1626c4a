package io.jgemma.cli.io;

/** The reader of standard output went away, e.g. {@code jgemma run ... | head}. Nobody is left to be told. */
public final class ClosedOutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClosedOutputException(Throwable cause) {
        super("the reader of standard output went away", cause);
    }
}
