package io.jgemma.engine.template;

import io.jgemma.engine.template.Scopes.Plan;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** One render of one template: runs its statements. Used by one thread, once. */
final class Interpreter {
    private final Program program;
    private final Meter meter;
    private final Clock clock;
    private final Map<String, Object> context;
    private final Map<String, Object> globals = Helpers.globals();
    private final Evaluator evaluator;
    private final Scope root = new Scope(null);

    /** What the outermost scope assigned; blocks see it. */
    private final Map<String, Object> exported = new HashMap<>();

    /** Variables around a scoped block while it runs. */
    private Map<String, Object> blockVariables = Map.of();

    private TextBuilder out;
    private int line = 1;

    /** How a statement ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Interpreter(Program program, Map<String, Object> context, Meter meter, Clock clock) {
        this.program = program;
        this.context = context;
        this.meter = meter;
        this.clock = clock;
        this.evaluator = new Evaluator(this, meter);
        this.out = buffer();
    }

    Meter meter() {
        return meter;
    }

    LocalDateTime now() {
        return LocalDateTime.now(clock);
    }

    void at(int newLine) {
        line = newLine;
    }

    /** The output. */
    TextBuilder render() {
        try {
            root.set("self", new BlockReference.Self(program.blocks().keySet()));
            enter(program.scopes().root(), root);
            run(program.statements(), root);
            return out;
        } catch (PyError e) {
            throw e.atLine(line);
        }
    }

    private TextBuilder buffer() {
        return new TextBuilder((length, added) -> meter.output(added));
    }

    private void emit(Object value) {
        out.add(Printer.text(meter, value));
    }

    /** Gives the names of a scope the values they have on entry. */
    private void enter(Symbols symbols, Scope scope) {
        for (Map.Entry<String, Symbols.Load> entry : symbols.loads().entrySet()) {
            String name = entry.getKey();
            switch (entry.getValue()) {
                case PARAMETER -> {}
                case RESOLVE -> scope.set(name, resolve(name));
                case ALIAS ->
                    scope.set(
                            name,
                            scope.parent() == null
                                    ? Special.MISSING
                                    : scope.parent().get(name));
                case UNDEFINED -> scope.set(name, Special.MISSING);
            }
        }
    }

    private Object resolve(String name) {
        for (Map<String, Object> source : List.of(blockVariables, exported, context, globals)) {
            Object value = source.get(name);
            if (value != null) {
                return value;
            }
        }
        return Special.MISSING;
    }

    private Flow run(List<Stmt> statements, Scope scope) {
        meter.enter();
        Flow flow = Flow.NEXT;
        for (Stmt statement : statements) {
            flow = run(statement, scope);
            if (flow != Flow.NEXT) {
                break;
            }
        }
        meter.leave();
        return flow;
    }

    private Flow run(Stmt statement, Scope scope) {
        meter.step();
        line = statement.line();
        switch (statement) {
            case Stmt.Data data -> out.literal(data.text());
            case Stmt.Print print -> print.values().forEach(value -> emit(evaluator.evaluate(value, scope)));
            case Stmt.If condition -> {
                return condition(condition, scope);
            }
            case Stmt.For loop -> loop(loop, scope);
            case Stmt.Assign assign -> assign(assign, scope);
            case Stmt.AssignBlock block -> {
                return assignBlock(block, scope);
            }
            case Stmt.FilterBlock block -> {
                return filterBlock(block, scope);
            }
            case Stmt.With with -> {
                return with(with, scope);
            }
            case Stmt.MacroDef definition -> {
                Plan plan = program.scopes().plan(definition);
                Macro macro = new Macro(definition.name(), definition.params(), definition.body(), plan, scope);
                set(definition.name(), macro, scope);
            }
            case Stmt.CallBlock block -> {
                Plan plan = program.scopes().plan(block);
                Macro caller = new Macro(null, block.params(), block.body(), plan, scope);
                emit(evaluator.call(block.call(), scope, caller));
            }
            case Stmt.Generation block -> {
                Plan plan = program.scopes().plan(block);
                Stmt.Params none = new Stmt.Params(List.of(), List.of());
                Macro body = new Macro(null, none, block.body(), plan, scope);
                emit(body.call(this, Args.NONE));
            }
            case Stmt.Block block -> emit(runBlock(block, scope));
            case Stmt.Break ignored -> {
                return Flow.BREAK;
            }
            case Stmt.Continue ignored -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow condition(Stmt.If condition, Scope scope) {
        for (Stmt.Branch branch : condition.branches()) {
            if (Values.truth(evaluator.evaluate(branch.test(), scope))) {
                return run(branch.body(), scope);
            }
        }
        return run(condition.otherwise(), scope);
    }

    private void set(String name, Object value, Scope scope) {
        scope.set(name, value);
        if (scope == root) {
            exported.put(name, value);
        }
    }

    private void assign(Stmt.Assign assign, Scope scope) {
        checkNamespaces(assign.target(), scope);
        bind(assign.target(), evaluator.evaluate(assign.value(), scope), scope);
    }

    /** Attributes can only be set on namespaces; Jinja asks before it evaluates the value. */
    private static void checkNamespaces(Target target, Scope scope) {
        switch (target) {
            case Target.Variable ignored -> {}
            case Target.Unpack unpack -> unpack.targets().forEach(part -> checkNamespaces(part, scope));
            case Target.Member member -> namespace(member, scope);
        }
    }

    private static Namespace namespace(Target.Member member, Scope scope) {
        if (scope.get(member.namespace()) instanceof Namespace namespace) {
            return namespace;
        }
        throw PyError.runtime("cannot assign attribute on non-namespace object");
    }

    /** Assigns a value, unpacking it where the target asks. */
    private void bind(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> set(variable.name(), value, scope);
            case Target.Member member -> namespace(member, scope).set(member.attribute(), value);
            case Target.Unpack unpack -> {
                List<Object> items =
                        Values.unpack(meter, value, unpack.targets().size());
                for (int i = 0; i < items.size(); i++) {
                    bind(unpack.targets().get(i), items.get(i), scope);
                }
            }
        }
    }

    private Flow assignBlock(Stmt.AssignBlock block, Scope scope) {
        Scope inner = new Scope(scope);
        enter(program.scopes().plan(block).body(), inner);
        TextBuilder outer = out;
        out = buffer();
        Flow flow = run(block.body(), inner);
        Object text = out.value();
        out = outer;
        if (flow == Flow.NEXT) {
            Object value = block.filter() == null ? text : evaluator.filterChain(block.filter(), text, inner);
            checkNamespaces(block.target(), scope);
            bind(block.target(), value, scope);
        }
        return flow;
    }

    private Flow filterBlock(Stmt.FilterBlock block, Scope scope) {
        Scope inner = new Scope(scope);
        enter(program.scopes().plan(block).body(), inner);
        TextBuilder outer = out;
        out = buffer();
        Flow flow = run(block.body(), inner);
        Object text = out.value();
        out = outer;
        if (flow == Flow.NEXT) {
            emit(evaluator.filterChain(block.filter(), text, inner));
        }
        return flow;
    }

    private Flow with(Stmt.With with, Scope scope) {
        Scope inner = new Scope(scope);
        enter(program.scopes().plan(with).body(), inner);
        for (Stmt.Binding binding : with.bindings()) {
            bind(binding.target(), evaluator.evaluate(binding.value(), scope), inner);
        }
        return run(with.body(), inner);
    }

    private void loop(Stmt.For loop, Scope scope) {
        Object items = evaluator.evaluate(loop.iterable(), scope);
        if (loop.recursive()) {
            emit(recursive(loop, scope, items, 0));
        } else {
            iterate(loop, scope, items, 0);
        }
    }

    /** A recursive loop's text for some items. */
    private Object recursive(Stmt.For loop, Scope scope, Object items, int depth) {
        meter.enter();
        TextBuilder outer = out;
        int outerLine = line;
        out = buffer();
        iterate(loop, scope, items, depth);
        Object text = out.value();
        out = outer;
        line = outerLine;
        meter.leave();
        return text;
    }

    private void iterate(Stmt.For loop, Scope outer, Object items, int depth) {
        Plan plan = program.scopes().plan(loop);
        Iterator<Object> iterator = Values.iterator(meter, items);
        int length = Values.lengthOrNone(meter, items);
        if (loop.test() != null) {
            iterator = filtered(loop, loop.test(), iterator, outer);
            length = -1;
        }
        LoopContext context = new LoopContext(
                meter,
                iterator,
                length,
                depth,
                loop.recursive() ? (inner, innerDepth) -> recursive(loop, outer, inner, innerDepth) : null);
        Scope scope = new Scope(outer);
        boolean completed = false;
        Flow flow = Flow.NEXT;
        while (flow != Flow.BREAK && context.advance()) {
            bind(loop.target(), context.current(), scope);
            if (plan.special().contains("loop")) {
                scope.set("loop", context);
            }
            enter(plan.body(), scope);
            flow = run(loop.body(), scope);
            completed |= flow == Flow.NEXT;
        }
        scope.clear();
        if (!completed && plan.otherwise() != null) {
            Scope otherwise = new Scope(outer);
            enter(plan.otherwise(), otherwise);
            run(loop.otherwise(), otherwise);
        }
    }

    /** The items that pass the loop's test; several targets turn an item into a tuple on the way. */
    private Iterator<Object> filtered(Stmt.For loop, Expr test, Iterator<Object> source, Scope outer) {
        Scope scope = new Scope(outer);
        Symbols symbols = program.scopes().plan(loop).test();
        if (symbols != null) {
            enter(symbols, scope);
        }
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && source.hasNext()) {
                    Object item = source.next();
                    bind(loop.target(), item, scope);
                    if (Values.truth(evaluator.evaluate(test, scope))) {
                        next = repacked(loop.target(), item, scope);
                    }
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                Object item = next;
                next = null;
                return item;
            }
        };
    }

    private static Object repacked(Target target, Object item, Scope scope) {
        return switch (target) {
            case Target.Variable variable -> scope.get(variable.name());
            case Target.Unpack unpack -> {
                List<Object> items = new ArrayList<>();
                unpack.targets().forEach(part -> items.add(repacked(part, item, scope)));
                yield PyTuple.of(items);
            }
            case Target.Member ignored -> item;
        };
    }

    /** Runs a macro whose special parameters are bound already. */
    Object callMacro(Macro macro, Scope scope, List<Object> values) {
        meter.enter();
        TextBuilder outer = out;
        int outerLine = line;
        out = buffer();
        enter(macro.plan().body(), scope);
        macro.bind(evaluator, scope, values);
        run(macro.body(), scope);
        Object text = out.value();
        out = outer;
        line = outerLine;
        meter.leave();
        return text;
    }

    Object callBlock(String name) {
        Stmt.Block block = program.blocks().get(name);
        return block == null ? "" : runBlock(block, root);
    }

    private Object runBlock(Stmt.Block block, Scope around) {
        meter.enter();
        Map<String, Object> outerVariables = blockVariables;
        if (block.scoped()) {
            blockVariables = visible(around);
        }
        Plan plan = program.scopes().plan(block);
        Scope scope = new Scope(null);
        if (plan.special().contains("self")) {
            scope.set("self", new BlockReference.Self(program.blocks().keySet()));
        }
        if (plan.special().contains("super")) {
            scope.set("super", Undefined.hint("there is no parent block called " + Printer.quote(block.name()) + "."));
        }
        TextBuilder outer = out;
        out = buffer();
        enter(plan.body(), scope);
        run(block.body(), scope);
        Object text = out.value();
        out = outer;
        blockVariables = outerVariables;
        meter.leave();
        return text;
    }

    /** All variables with a value in a scope and those around it. */
    private static Map<String, Object> visible(Scope innermost) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (Scope scope = innermost; scope != null; scope = scope.parent()) {
            scope.variables().forEach(variables::putIfAbsent);
        }
        variables.values().removeIf(value -> value == Special.MISSING);
        return variables;
    }
}
