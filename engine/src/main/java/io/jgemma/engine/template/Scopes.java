package io.jgemma.engine.template;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the scopes of a template and the {@link Symbols} of each, from the outside in. */
final class Scopes {
    private final Meter meter;
    private final IdentityHashMap<Stmt, Plan> plans = new IdentityHashMap<>();
    private final Symbols root;

    /**
     * The scopes that one statement opens.
     *
     * @param body scope of the body
     * @param otherwise scope of a loop's else branch
     * @param test scope of a loop's filter
     * @param special names among {@code loop}, {@code caller}, {@code kwargs} and {@code varargs} (or {@code self} in a
     *     block) that the body reads
     */
    record Plan(
            Symbols body,
            @Nullable Symbols otherwise,
            @Nullable Symbols test,
            Set<String> special) {}

    private Scopes(Meter meter) {
        this.meter = meter;
        this.root = new Symbols(null, meter);
    }

    static Scopes of(List<Stmt> template, Meter meter) {
        Scopes scopes = new Scopes(meter);
        if (Undeclared.in(template, Set.of("self"), meter).contains("self")) {
            scopes.root.parameter("self");
        }
        scopes.analyze(scopes.root, template);
        scopes.open(template, scopes.root);
        return scopes;
    }

    Symbols root() {
        return root;
    }

    Plan plan(Stmt statement) {
        Plan plan = plans.get(statement);
        if (plan == null) {
            throw new IllegalStateException("no scope was planned for line " + statement.line());
        }
        return plan;
    }

    /** Opens the scopes of nested statements; the symbols of {@code scope} are complete by now. */
    private void open(List<Stmt> statements, Symbols scope) {
        meter.enter();
        for (Stmt statement : statements) {
            switch (statement) {
                case Stmt.If condition -> {
                    condition.branches().forEach(branch -> open(branch.body(), scope));
                    open(condition.otherwise(), scope);
                }
                case Stmt.For loop -> openLoop(loop, scope);
                case Stmt.MacroDef macro -> openFunction(macro, macro.params(), macro.body(), scope);
                case Stmt.CallBlock call -> openFunction(call, call.params(), call.body(), scope);
                case Stmt.Generation generation ->
                    openFunction(generation, new Stmt.Params(List.of(), List.of()), generation.body(), scope);
                case Stmt.FilterBlock filter -> {
                    Symbols inner = new Symbols(scope, meter);
                    analyze(inner, filter.body());
                    new SymbolVisitor(inner, meter).expression(filter.filter());
                    openBody(filter, inner, filter.body(), Set.of());
                }
                case Stmt.AssignBlock assign -> {
                    Symbols inner = new Symbols(scope, meter);
                    analyze(inner, assign.body());
                    if (assign.filter() != null) {
                        new SymbolVisitor(inner, meter).expression(assign.filter());
                    }
                    openBody(assign, inner, assign.body(), Set.of());
                }
                case Stmt.With with -> {
                    Symbols inner = new Symbols(scope, meter);
                    SymbolVisitor visitor = new SymbolVisitor(inner, meter);
                    with.bindings().forEach(binding -> visitor.parameters(binding.target()));
                    analyze(inner, with.body());
                    openBody(with, inner, with.body(), Set.of());
                }
                case Stmt.Block block -> {
                    Symbols inner = new Symbols(null, meter);
                    Set<String> special = Undeclared.in(block.body(), Set.of("self", "super"), meter);
                    special.forEach(inner::parameter);
                    analyze(inner, block.body());
                    openBody(block, inner, block.body(), special);
                }
                default -> {}
            }
        }
        meter.leave();
    }

    private void openBody(Stmt statement, Symbols scope, List<Stmt> body, Set<String> special) {
        plans.put(statement, new Plan(scope, null, null, special));
        open(body, scope);
    }

    private void openLoop(Stmt.For loop, Symbols scope) {
        Set<String> special = loop.recursive() ? Set.of("loop") : Undeclared.in(loop.body(), Set.of("loop"), meter);
        Symbols body = new Symbols(scope, meter);
        special.forEach(body::parameter);
        new SymbolVisitor(body, meter).parameters(loop.target());
        analyze(body, loop.body());
        Symbols otherwise = new Symbols(scope, meter);
        analyze(otherwise, loop.otherwise());
        Symbols test = new Symbols(scope, meter);
        if (loop.test() != null) {
            SymbolVisitor visitor = new SymbolVisitor(test, meter);
            visitor.parameters(loop.target());
            visitor.expression(loop.test());
        }
        plans.put(loop, new Plan(body, otherwise, test, special));
        open(loop.body(), body);
        open(loop.otherwise(), otherwise);
    }

    private void openFunction(Stmt statement, Stmt.Params params, List<Stmt> body, Symbols scope) {
        Set<String> special = Undeclared.in(body, Set.of("caller", "kwargs", "varargs"), meter);
        int caller = params.names().indexOf("caller");
        if (special.contains("caller")
                && caller >= 0
                && caller < params.names().size() - params.defaults().size()) {
            throw PyError.syntax(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a"
                            + " default.",
                    statement.line());
        }
        special.removeAll(params.names());
        Symbols inner = new Symbols(scope, meter);
        params.names().forEach(inner::parameter);
        special.forEach(inner::parameter);
        params.defaults().forEach(new SymbolVisitor(inner, meter)::expression);
        analyze(inner, body);
        openBody(statement, inner, body, special);
    }

    private void analyze(Symbols scope, List<Stmt> statements) {
        new SymbolVisitor(scope, meter).statements(statements);
    }
}
