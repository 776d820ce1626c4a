package io.jgemma.engine.grammar.spec;

/** A schema or grammar that cannot be kept: malformed, or more than is supported. The message holds location and reason. */
public final class GrammarException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String location;
    private final String reason;
    private final boolean malformed;

    private GrammarException(String location, String reason, boolean malformed) {
        super(location.isEmpty() ? reason : location + ": " + reason);
        this.location = location;
        this.reason = reason;
        this.malformed = malformed;
    }

    /** What asks for more than can be kept exactly. */
    public static GrammarException unsupported(String location, String reason) {
        return new GrammarException(location, reason, false);
    }

    /** What is no schema, no grammar or no pattern. */
    public static GrammarException malformed(String location, String reason) {
        return new GrammarException(location, reason, true);
    }

    /** Where: a JSON pointer as a URI fragment ({@code #/properties/a}), or a line and column; may be empty. */
    public String location() {
        return location;
    }

    /** Why, without the location. */
    public String reason() {
        return reason;
    }

    /** Whether the text is malformed, rather than asking for something that is not supported. */
    public boolean isMalformed() {
        return malformed;
    }
}
