package io.jgemma.engine.template;

import java.util.List;

/** Enters into the {@link Symbols} of one scope the names it reads and writes; nested scopes are left out. */
final class SymbolVisitor {
    private final Meter meter;
    private Symbols symbols;

    SymbolVisitor(Symbols symbols, Meter meter) {
        this.symbols = symbols;
        this.meter = meter;
    }

    /** The names an expression reads. */
    void expression(Expr expression) {
        Symbols scope = symbols;
        new Walker(meter) {
            @Override
            void read(String name) {
                scope.load(name);
            }
        }.expression(expression);
    }

    void statements(List<Stmt> statements) {
        statements.forEach(this::statement);
    }

    private void statement(Stmt statement) {
        meter.step();
        switch (statement) {
            case Stmt.Print print -> print.values().forEach(this::expression);
            case Stmt.If condition -> condition(condition);
            case Stmt.For loop -> expression(loop.iterable());
            case Stmt.Assign assign -> {
                expression(assign.value());
                store(assign.target());
            }
            case Stmt.AssignBlock assign -> store(assign.target());
            case Stmt.FilterBlock filter -> expression(filter.filter());
            case Stmt.With with -> with.bindings().forEach(binding -> expression(binding.value()));
            case Stmt.MacroDef macro -> symbols.store(macro.name());
            case Stmt.CallBlock call -> expression(call.call());
            case Stmt.Data ignored -> {}
            case Stmt.Block ignored -> {}
            case Stmt.Generation ignored -> {}
            case Stmt.Break ignored -> {}
            case Stmt.Continue ignored -> {}
        }
    }

    /** The branches see the names so far; all {@code elif} together count as one branch, as in Jinja. */
    private void condition(Stmt.If condition) {
        Symbols outer = symbols;
        List<Stmt.Branch> branches = condition.branches();
        expression(branches.getFirst().test());
        Symbols body = outer.branch();
        symbols = body;
        statements(branches.getFirst().body());
        Symbols others = outer.branch();
        symbols = others;
        for (Stmt.Branch branch : branches.subList(1, branches.size())) {
            condition(new Stmt.If(List.of(branch), List.of(), condition.line()));
        }
        Symbols otherwise = outer.branch();
        symbols = otherwise;
        statements(condition.otherwise());
        symbols = outer;
        outer.join(body, others, otherwise);
    }

    private void store(Target target) {
        switch (target) {
            case Target.Variable variable -> symbols.store(variable.name());
            case Target.Unpack unpack -> unpack.targets().forEach(this::store);
            case Target.Member member -> symbols.load(member.namespace());
        }
    }

    /** Names bound on entry: a loop's target, those of {@code with}. */
    void parameters(Target target) {
        switch (target) {
            case Target.Variable variable -> symbols.parameter(variable.name());
            case Target.Unpack unpack -> unpack.targets().forEach(this::parameters);
            case Target.Member member -> symbols.load(member.namespace());
        }
    }
}
