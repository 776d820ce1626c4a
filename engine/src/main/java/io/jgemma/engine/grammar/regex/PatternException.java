package io.jgemma.engine.grammar.regex;

/** A pattern that is malformed, or that asks for more than a regular language. */
public final class PatternException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean malformed;

    private PatternException(String message, boolean malformed) {
        super(message);
        reason = message;
        this.malformed = malformed;
    }

    /** A pattern that is none. */
    static PatternException malformed(String message, int at) {
        return new PatternException("the pattern is malformed at character " + (at + 1) + ": " + message, true);
    }

    /** A pattern that no constraint can keep. */
    static PatternException unsupported(String message) {
        return new PatternException(message, false);
    }

    /** What is wrong. */
    public String reason() {
        return reason;
    }

    /** Whether the pattern is none, rather than one that is not supported. */
    public boolean isMalformed() {
        return malformed;
    }
}
