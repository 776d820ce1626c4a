package io.jgemma.cli.io;

/** A command cannot do what it was asked. The message is one line for people: what is wrong, and what to do. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
