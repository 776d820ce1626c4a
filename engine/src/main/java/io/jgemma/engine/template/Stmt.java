package io.jgemma.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Stmt {

    /** Line in the source, from 1. */
    int line();

    /** Template data, written as it stands. */
    record Data(String text, int line) implements Stmt {}

    record Print(List<Expr> values, int line) implements Stmt {}

    record If(List<Branch> branches, List<Stmt> otherwise, int line) implements Stmt {}

    record Branch(Expr test, List<Stmt> body) {}

    /** {@code test} filters the items; {@code otherwise} runs if no iteration came to its end. */
    record For(
            Target target,
            Expr iterable,
            @Nullable Expr test,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line)
            implements Stmt {}

    record Assign(Target target, Expr value, int line) implements Stmt {}

    /** Assigns the text of the body, filtered. */
    record AssignBlock(Target target, Expr.@Nullable Filter filter, List<Stmt> body, int line) implements Stmt {}

    record FilterBlock(Expr.Filter filter, List<Stmt> body, int line) implements Stmt {}

    record With(List<Binding> bindings, List<Stmt> body, int line) implements Stmt {}

    record Binding(Target target, Expr value) {}

    record MacroDef(String name, Params params, List<Stmt> body, int line) implements Stmt {}

    /** Parameters of a macro; the defaults belong to the last ones. */
    record Params(List<String> names, List<Expr> defaults) {}

    /** Calls a macro that may call the body as {@code caller}. */
    record CallBlock(Params params, Expr.Call call, List<Stmt> body, int line) implements Stmt {}

    record Block(String name, boolean scoped, List<Stmt> body, int line) implements Stmt {}

    /** Marks what the model wrote; prints its body, in a scope of its own. */
    record Generation(List<Stmt> body, int line) implements Stmt {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}
}
