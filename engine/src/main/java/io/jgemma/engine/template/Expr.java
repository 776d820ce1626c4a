package io.jgemma.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expr {

    /** Line in the source, from 1. */
    int line();

    record Const(Object value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record TupleOf(List<Expr> items, int line) implements Expr {}

    record ListOf(List<Expr> items, int line) implements Expr {}

    record DictOf(List<Pair> pairs, int line) implements Expr {}

    record Pair(Expr key, Expr value) {}

    /** Operators {@code -}, {@code +} and {@code not}. */
    record Unary(String operator, Expr operand, int line) implements Expr {}

    /** Arithmetic. */
    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code and} / {@code or}: the value of the operand that decides. */
    record Logic(boolean and, Expr left, Expr right, int line) implements Expr {}

    /** {@code ~}: the texts of all parts. */
    record Concat(List<Expr> parts, int line) implements Expr {}

    /** A chain of comparisons, {@code a < b <= c}. */
    record Compare(Expr first, List<Operand> rest, int line) implements Expr {}

    /** {@code operator} is one of {@code == != < <= > >= in} and {@code not in}. */
    record Operand(String operator, Expr value) {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, int line) implements Expr {}

    record Attribute(Expr object, String name, int line) implements Expr {}

    record Element(Expr object, Expr key, int line) implements Expr {}

    record Slice(
            Expr object,
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step,
            int line) implements Expr {}

    record Call(Expr callee, Arguments arguments, int line) implements Expr {}

    /** {@code target} is null at the root of the chain of a filter block or a set block: their text goes in there. */
    record Filter(@Nullable Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr target, String name, Arguments arguments, int line) implements Expr {}

    /** Arguments of a call; {@code star} and {@code doubleStar} are spread. */
    record Arguments(
            List<Expr> positional,
            List<Keyword> keywords,
            @Nullable Expr star,
            @Nullable Expr doubleStar) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), null, null);
    }

    record Keyword(String name, Expr value) {}
}
