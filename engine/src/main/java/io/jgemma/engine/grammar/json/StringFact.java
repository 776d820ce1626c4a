package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.PatternNode;

/** What is asked of a string. */
sealed interface StringFact {

    /** So many characters; {@code max} below 0 = any number. */
    record Length(int min, int max) implements StringFact {}

    /** A pattern matches somewhere, or as a whole, or does not. */
    record Match(PatternNode pattern, boolean whole, boolean positive) implements StringFact {}
}
