package io.jgemma.engine.grammar.regex;

import java.util.List;

/** A pattern, as it is written. */
public sealed interface PatternNode {
    /** One character of a set. */
    record Chars(CodePoints set) implements PatternNode {}

    /** One after the other. */
    record Sequence(List<PatternNode> parts) implements PatternNode {}

    /** Any of them. */
    record Choice(List<PatternNode> parts) implements PatternNode {}

    /** So many times; {@code max} may be {@link RegexStore#UNBOUNDED}. */
    record Repeat(PatternNode body, int min, int max) implements PatternNode {}

    /** What follows matches, or does not. */
    record Look(PatternNode body, boolean negative) implements PatternNode {}

    /** The beginning of the text. */
    record Start() implements PatternNode {}

    /** The end of the text. */
    record End() implements PatternNode {}

    /** What all of them match; none may look around. */
    record All(List<PatternNode> parts) implements PatternNode {}

    /** What an automaton over bytes accepts, whatever the encoding: for texts of printable ASCII. */
    record Steps(Machine machine) implements PatternNode {}

    /** Nothing. */
    static PatternNode empty() {
        return new Sequence(List.of());
    }

    /** Whether it looks around instead of reading characters only. */
    default boolean looks() {
        return switch (this) {
            case Chars(CodePoints set) -> false;
            case Sequence(List<PatternNode> parts) -> parts.stream().anyMatch(PatternNode::looks);
            case Choice(List<PatternNode> parts) -> parts.stream().anyMatch(PatternNode::looks);
            case Repeat(PatternNode body, int min, int max) -> body.looks();
            case Look(PatternNode body, boolean negative) -> true;
            case All(List<PatternNode> parts) -> false;
            case Steps(Machine machine) -> false;
            case Start() -> true;
            case End() -> true;
        };
    }
}
