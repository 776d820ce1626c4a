package io.jgemma.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through a syntax tree in Jinja's order of fields, on which some of its scoping rules depend. */
abstract class Walker {
    private final Meter meter;

    Walker(Meter meter) {
        this.meter = meter;
    }

    /** A variable is read. */
    void read(String name) {}

    /** A variable is assigned by {@code set} or {@code for}. */
    void stored(String name) {}

    /** A variable is bound as a parameter or by {@code with}. */
    void bound(String name) {}

    /** A filter is used. */
    void filter(Expr.Filter filter) {}

    /** A test is used. */
    void test(Expr.Test test) {}

    void statements(List<Stmt> statements) {
        statements.forEach(this::statement);
    }

    void statement(Stmt statement) {
        meter.step();
        switch (statement) {
            case Stmt.Print print -> print.values().forEach(this::expression);
            case Stmt.If condition -> condition(condition);
            case Stmt.For loop -> loop(loop);
            case Stmt.Assign assign -> {
                target(assign.target(), false);
                expression(assign.value());
            }
            case Stmt.AssignBlock assign -> {
                target(assign.target(), false);
                optional(assign.filter());
                statements(assign.body());
            }
            case Stmt.FilterBlock filter -> {
                statements(filter.body());
                expression(filter.filter());
            }
            case Stmt.With with -> {
                with.bindings().forEach(binding -> target(binding.target(), true));
                with.bindings().forEach(binding -> expression(binding.value()));
                statements(with.body());
            }
            case Stmt.MacroDef macro -> function(macro.params(), macro.body());
            case Stmt.CallBlock call -> {
                expression(call.call());
                function(call.params(), call.body());
            }
            case Stmt.Block block -> statements(block.body());
            case Stmt.Generation generation -> statements(generation.body());
            case Stmt.Data ignored -> {}
            case Stmt.Break ignored -> {}
            case Stmt.Continue ignored -> {}
        }
    }

    void condition(Stmt.If condition) {
        for (Stmt.Branch branch : condition.branches()) {
            expression(branch.test());
            statements(branch.body());
        }
        statements(condition.otherwise());
    }

    void loop(Stmt.For loop) {
        target(loop.target(), false);
        expression(loop.iterable());
        statements(loop.body());
        statements(loop.otherwise());
        optional(loop.test());
    }

    private void function(Stmt.Params params, List<Stmt> body) {
        params.names().forEach(this::bound);
        params.defaults().forEach(this::expression);
        statements(body);
    }

    final void target(Target target, boolean parameter) {
        switch (target) {
            case Target.Variable variable when parameter -> bound(variable.name());
            case Target.Variable variable -> stored(variable.name());
            case Target.Unpack unpack -> unpack.targets().forEach(part -> target(part, parameter));
            case Target.Member ignored -> {}
        }
    }

    final void optional(@Nullable Expr expression) {
        if (expression != null) {
            expression(expression);
        }
    }

    void expression(Expr expression) {
        meter.step();
        switch (expression) {
            case Expr.Const ignored -> {}
            case Expr.Name name -> read(name.name());
            case Expr.TupleOf tuple -> tuple.items().forEach(this::expression);
            case Expr.ListOf list -> list.items().forEach(this::expression);
            case Expr.DictOf dict ->
                dict.pairs().forEach(pair -> {
                    expression(pair.key());
                    expression(pair.value());
                });
            case Expr.Unary unary -> expression(unary.operand());
            case Expr.Binary binary -> {
                expression(binary.left());
                expression(binary.right());
            }
            case Expr.Logic logic -> {
                expression(logic.left());
                expression(logic.right());
            }
            case Expr.Concat concat -> concat.parts().forEach(this::expression);
            case Expr.Compare compare -> {
                expression(compare.first());
                compare.rest().forEach(operand -> expression(operand.value()));
            }
            case Expr.Conditional conditional -> conditional(conditional);
            case Expr.Attribute attribute -> expression(attribute.object());
            case Expr.Element element -> {
                expression(element.object());
                expression(element.key());
            }
            case Expr.Slice slice -> {
                expression(slice.object());
                optional(slice.start());
                optional(slice.stop());
                optional(slice.step());
            }
            case Expr.Call call -> {
                expression(call.callee());
                arguments(call.arguments());
            }
            case Expr.Filter filter -> {
                filter(filter);
                optional(filter.target());
                arguments(filter.arguments());
            }
            case Expr.Test test -> {
                test(test);
                expression(test.target());
                arguments(test.arguments());
            }
        }
    }

    void conditional(Expr.Conditional conditional) {
        expression(conditional.test());
        expression(conditional.then());
        optional(conditional.otherwise());
    }

    private void arguments(Expr.Arguments arguments) {
        arguments.positional().forEach(this::expression);
        arguments.keywords().forEach(keyword -> expression(keyword.value()));
        optional(arguments.star());
        optional(arguments.doubleStar());
    }
}
