package io.jgemma.engine.grammar.spec;

/** White space between the parts of a JSON text. */
public enum Whitespace {
    /** None. */
    COMPACT,
    /** Up to 64 characters anywhere, as the model likes. */
    FREE
}
