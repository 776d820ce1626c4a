package io.jgemma.engine.grammar.rule;

import io.jgemma.engine.grammar.regex.Regex;

/** A way from one state of a rule to another. */
public sealed interface Edge {
    /** The state it leads to. */
    int target();

    /** Nothing is read. */
    record Skip(int target) implements Edge {}

    /** A word of a regular language is read. */
    record Read(Regex regex, int target) implements Edge {}

    /** A rule is read. */
    record Call(Rule rule, int target) implements Edge {}
}
