package io.jgemma.cli.io;

/** The command line asks for something that cannot be asked. One line for people; the process ends with code 2. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
