package io.jgemma.engine.grammar.gbnf;

import io.jgemma.engine.grammar.regex.CodePoints;
import java.util.List;

/** What a rule says, as it is written. */
sealed interface Expr {
    /** A text. */
    record Text(String text) implements Expr {}

    /** The name of a control token. */
    record Control(String name) implements Expr {}

    /** One character of a set. */
    record Chars(CodePoints set) implements Expr {}

    /** One after the other. */
    record Sequence(List<Expr> parts) implements Expr {}

    /** Any of them. */
    record Choice(List<Expr> parts) implements Expr {}

    /** So many times; {@code max} below 0 = any number. */
    record Repeat(Expr body, int min, int max) implements Expr {}

    /** Another rule, named at a place. */
    record Reference(String name, String location) implements Expr {}
}
