package io.jgemma.engine.template;

import java.util.List;

/**
 * Refuses, before rendering, filters and tests that do not exist and assignments to {@code loop}. As in Jinja, a name
 * inside a condition is only looked up when it is reached, so that templates may ask {@code 'x' is filter} first.
 */
final class Checker extends Walker {
    private boolean soft;
    private int loops;

    private Checker(Meter meter) {
        super(meter);
    }

    static void check(List<Stmt> template, Meter meter) {
        new Checker(meter).statements(template);
    }

    @Override
    void statements(List<Stmt> statements) {
        boolean outer = soft;
        soft = false;
        super.statements(statements);
        soft = outer;
    }

    @Override
    void statement(Stmt statement) {
        boolean outer = soft;
        soft = outer && !(statement instanceof Stmt.FilterBlock) && !(statement instanceof Stmt.AssignBlock);
        super.statement(statement);
        soft = outer;
    }

    @Override
    void condition(Stmt.If condition) {
        boolean outer = soft;
        soft = true;
        for (Stmt.Branch branch : condition.branches()) {
            expression(branch.test());
            branch.body().forEach(this::statement);
        }
        condition.otherwise().forEach(this::statement);
        soft = outer;
    }

    @Override
    void loop(Stmt.For loop) {
        boolean outer = soft;
        loops++;
        target(loop.target(), false);
        expression(loop.iterable());
        statements(loop.body());
        statements(loop.otherwise());
        soft = false;
        optional(loop.test());
        loops--;
        soft = outer;
    }

    @Override
    void conditional(Expr.Conditional conditional) {
        boolean outer = soft;
        soft = true;
        super.conditional(conditional);
        soft = outer;
    }

    @Override
    void stored(String name) {
        if (loops > 0 && name.equals("loop")) {
            throw new PyError(
                    TemplateException.Kind.SYNTAX, "Can't assign to special loop variable in for-loop target");
        }
    }

    @Override
    void filter(Expr.Filter filter) {
        if (!soft && !Filters.exists(filter.name())) {
            throw PyError.syntax("No filter named " + Printer.quote(filter.name()) + ".", filter.line());
        }
    }

    @Override
    void test(Expr.Test test) {
        if (!soft && !Tests.exists(test.name())) {
            throw PyError.syntax("No test named " + Printer.quote(test.name()) + ".", test.line());
        }
    }
}
