package io.jgemma.engine.session;

import java.nio.file.Path;

/**
 * A session cannot be saved to or loaded from a file. The message is one line: the file, what differs or is damaged and
 * where. Neither the session nor the file has changed.
 */
public final class SessionFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The file is something else. */
        NOT_A_SESSION,
        /** The file has another version of the format. */
        VERSION,
        /** It was saved with another model. */
        MODEL,
        /** K was cached in another type. */
        KEY_TYPE,
        /** V was cached in another type. */
        VALUE_TYPE,
        /** The layers of the model were arranged otherwise. */
        LAYOUT,
        /** It has more tokens than the context holds. */
        CONTEXT,
        /** The file is cut, has changed, or holds what no session can be. */
        DAMAGED,
        /** The file cannot be read or written at all. */
        ACCESS
    }

    private final Reason reason;

    SessionFileException(Path file, Reason reason, String problem) {
        super(message(file, problem));
        this.reason = reason;
    }

    SessionFileException(Path file, Reason reason, String problem, Throwable cause) {
        super(message(file, problem), cause);
        this.reason = reason;
    }

    private static String message(Path file, String problem) {
        return printable(file.toString()) + ": " + printable(problem);
    }

    /** Names come from files: what would steer a terminal is replaced. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> out.appendCodePoint(harmless(point) ? point : '?'));
        return out.toString();
    }

    private static boolean harmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** What is wrong. */
    public Reason reason() {
        return reason;
    }
}
