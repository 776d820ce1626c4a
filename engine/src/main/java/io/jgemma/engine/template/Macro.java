package io.jgemma.engine.template;

import io.jgemma.engine.template.Scopes.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a call block.
 *
 * @param name its name, null for the body of a call block
 * @param params its parameters
 * @param body its statements
 * @param plan its scope
 * @param outer the scope it was defined in
 */
record Macro(@Nullable String name, Stmt.Params params, List<Stmt> body, Plan plan, Scope outer) implements PyCallable {

    @Override
    public String typeName() {
        return "Macro";
    }

    @Override
    public String describe() {
        return "<Macro " + shownName() + ">";
    }

    private String shownName() {
        return name == null ? "None" : Printer.quote(name);
    }

    private boolean accesses(String special) {
        return plan.special().contains(special);
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> name == null ? Special.NONE : name;
            case "arguments" -> PyTuple.of(List.copyOf(params.names()));
            case "catch_kwargs" -> accesses("kwargs");
            case "catch_varargs" -> accesses("varargs");
            case "caller" -> accesses("caller");
            case "explicit_caller" -> params.names().contains("caller");
            default -> null;
        };
    }

    @Override
    public Object call(Interpreter in, Args args) {
        Scope scope = new Scope(outer);
        List<String> names = params.names();
        Map<String, Object> named = new LinkedHashMap<>(args.named());
        int given = Math.min(args.positional().size(), names.size());
        List<Object> values = new ArrayList<>(args.positional().subList(0, given));
        for (String parameter : names.subList(given, names.size())) {
            Object value = named.remove(parameter);
            values.add(value == null ? Special.MISSING : value);
        }
        if (accesses("caller") && !names.contains("caller")) {
            Object caller = named.remove("caller");
            if (caller == null || caller == Special.NONE) {
                caller = Undefined.hint("No caller defined");
            }
            scope.set("caller", caller);
        }
        if (accesses("kwargs")) {
            PyDict kwargs = new PyDict();
            named.forEach(kwargs::put);
            scope.set("kwargs", kwargs);
        } else if (!named.isEmpty()) {
            throw unexpected(named.keySet().iterator().next(), named.containsKey("caller"));
        }
        if (accesses("varargs")) {
            scope.set("varargs", PyTuple.of(args.skip(names.size()).positional()));
        } else if (args.positional().size() > names.size()) {
            throw PyError.type("macro " + shownName() + " takes not more than " + names.size() + " argument(s)");
        }
        return in.callMacro(this, scope, values);
    }

    private PyError unexpected(String keyword, boolean caller) {
        return PyError.type(
                caller
                        ? "macro " + shownName() + " was invoked with two values for the special caller argument. This"
                                + " is most likely a bug."
                        : "macro " + shownName() + " takes no keyword argument " + Printer.quote(keyword));
    }

    /** Binds the parameters in order, so that a default may use those before it. */
    void bind(Evaluator evaluator, Scope scope, List<Object> values) {
        List<String> names = params.names();
        int firstDefault = names.size() - params.defaults().size();
        for (int i = 0; i < names.size(); i++) {
            scope.set(names.get(i), values.get(i));
        }
        for (int i = 0; i < names.size(); i++) {
            if (values.get(i) == Special.MISSING) {
                Object value = i < firstDefault
                        ? Undefined.hint("parameter " + Printer.quote(names.get(i)) + " was not provided")
                        : evaluator.evaluate(params.defaults().get(i - firstDefault), scope);
                scope.set(names.get(i), value);
            }
        }
    }
}
