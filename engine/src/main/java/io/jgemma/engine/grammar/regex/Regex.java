package io.jgemma.engine.grammar.regex;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regular language over bytes, made by a {@link RegexStore}. Two equal expressions of one store are one object, so
 * equality is identity.
 */
public final class Regex {

    /** What an expression is made of. */
    sealed interface Shape {
        /** No word at all. */
        record Empty() implements Shape {}

        /** The empty word alone. */
        record Epsilon() implements Shape {}

        /** One byte of a set. */
        record Bytes(ByteSet set) implements Shape {}

        /** A word of the one, then a word of the other. The head is no concatenation. */
        record Concat(Regex head, Regex tail) implements Shape {}

        /** The words of any; in order of {@link Regex#id}. */
        record Or(List<Regex> parts) implements Shape {}

        /** The words of all; in order of {@link Regex#id}. */
        record And(List<Regex> parts) implements Shape {}

        /** The words that the other has not. */
        record Not(Regex body) implements Shape {}

        /** {@code min} to {@code max} words in a row; {@code max} {@link RegexStore#UNBOUNDED} = any number. */
        record Repeat(Regex body, int min, int max) implements Shape {}

        /** What an automaton accepts. */
        record Steps(Machine machine) implements Shape {}
    }

    /** Whether a word of the language exists. */
    enum Life {
        UNKNOWN,
        LIVE,
        DEAD
    }

    final int id;
    final Shape shape;
    final boolean nullable;
    Life life;
    Regex @Nullable [] derivatives;
    int derivativesEpoch;

    Regex(int id, Shape shape, boolean nullable, Life life) {
        this.id = id;
        this.shape = shape;
        this.nullable = nullable;
        this.life = life;
    }

    /** A number for orders and hashes; no other expression of the store has it. */
    public int id() {
        return id;
    }

    /** Whether the empty word belongs to the language. */
    public boolean nullable() {
        return nullable;
    }

    /** Whether it is written as the empty language. */
    public boolean isEmpty() {
        return shape instanceof Shape.Empty;
    }

    /** Whether it is written as the empty word alone. */
    public boolean isEpsilon() {
        return shape instanceof Shape.Epsilon;
    }

    @Override
    public String toString() {
        return switch (shape) {
            case Shape.Empty() -> "∅";
            case Shape.Epsilon() -> "ε";
            case Shape.Bytes(ByteSet set) -> RegexText.of(set);
            case Shape.Concat(Regex head, Regex tail) -> head + "" + tail;
            case Shape.Or(List<Regex> parts) -> RegexText.join(parts, "|");
            case Shape.And(List<Regex> parts) -> RegexText.join(parts, "&");
            case Shape.Not(Regex body) -> "~(" + body + ")";
            case Shape.Repeat(Regex body, int min, int max) -> "(" + body + "){" + min + "," + max + "}";
            case Shape.Steps(Machine machine) -> machine.toString();
        };
    }
}
