package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
final class Evaluator {
    /** What a list takes beside its elements. */
    private static final int LITERAL_BYTES = 64;

    private final Interpreter in;
    private final Meter meter;

    Evaluator(Interpreter in, Meter meter) {
        this.in = in;
        this.meter = meter;
    }

    Object evaluate(Expr expression, Scope scope) {
        meter.enter();
        Object value = switch (expression) {
            case Expr.Const constant -> constant.value();
            case Expr.Name name -> name(name.name(), scope);
            case Expr.TupleOf tuple -> PyTuple.of(literal(tuple.items(), scope));
            case Expr.ListOf list -> new PyList(literal(list.items(), scope));
            case Expr.DictOf dict -> dict(dict, scope);
            case Expr.Unary unary -> unary(unary, scope);
            case Expr.Binary binary -> {
                Object left = evaluate(binary.left(), scope);
                Object right = evaluate(binary.right(), scope);
                in.at(binary.line());
                yield Arithmetic.binary(meter, binary.operator(), left, right);
            }
            case Expr.Logic logic -> {
                Object left = evaluate(logic.left(), scope);
                yield Values.truth(left) == logic.and() ? evaluate(logic.right(), scope) : left;
            }
            case Expr.Concat concat -> {
                TextBuilder text = new TextBuilder(meter);
                for (Expr part : concat.parts()) {
                    text.add(Printer.text(meter, evaluate(part, scope)));
                }
                yield text.value();
            }
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Conditional conditional -> conditional(conditional, scope);
            case Expr.Attribute attribute -> {
                Object object = evaluate(attribute.object(), scope);
                in.at(attribute.line());
                yield Members.attribute(meter, object, attribute.name());
            }
            case Expr.Element element -> {
                Object object = evaluate(element.object(), scope);
                Object key = evaluate(element.key(), scope);
                in.at(element.line());
                yield Members.element(meter, object, key);
            }
            case Expr.Slice slice -> {
                Object object = evaluate(slice.object(), scope);
                Object start = optional(slice.start(), scope);
                Object stop = optional(slice.stop(), scope);
                Object step = optional(slice.step(), scope);
                in.at(slice.line());
                yield Slices.slice(meter, object, start, stop, step);
            }
            case Expr.Call call -> call(call, scope, null);
            case Expr.Filter filter -> filterChain(filter, "", scope);
            case Expr.Test test -> {
                Object target = evaluate(test.target(), scope);
                Args args = arguments(test.arguments(), scope);
                in.at(test.line());
                yield Tests.apply(in, test.name(), target, args, " found.");
            }
        };
        meter.leave();
        return value;
    }

    private static Object name(String name, Scope scope) {
        Object value = scope.get(name);
        return value == Special.MISSING ? Undefined.variable(name) : value;
    }

    private List<Object> literal(List<Expr> items, Scope scope) {
        meter.memory(LITERAL_BYTES + (long) items.size() * Long.BYTES);
        return all(items, scope);
    }

    private List<Object> all(List<Expr> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expr expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Object optional(@Nullable Expr expression, Scope scope) {
        return expression == null ? Special.NONE : evaluate(expression, scope);
    }

    private Object dict(Expr.DictOf literal, Scope scope) {
        PyDict dict = new PyDict();
        for (Expr.Pair pair : literal.pairs()) {
            Object key = evaluate(pair.key(), scope);
            Object value = evaluate(pair.value(), scope);
            meter.memory(PyDict.ENTRY_BYTES);
            dict.put(Keys.of(meter, key), key, value);
        }
        return dict;
    }

    private Object unary(Expr.Unary unary, Scope scope) {
        Object operand = evaluate(unary.operand(), scope);
        return switch (unary.operator()) {
            case "not" -> !Values.truth(operand);
            case "-" -> Arithmetic.negate(operand);
            default -> Arithmetic.plus(operand);
        };
    }

    private Object compare(Expr.Compare compare, Scope scope) {
        Object left = evaluate(compare.first(), scope);
        for (Expr.Operand operand : compare.rest()) {
            Object right = evaluate(operand.value(), scope);
            in.at(compare.line());
            if (!compare(operand.operator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(meter, left, right);
            case "!=" -> !Values.equal(meter, left, right);
            case "in" -> Values.contains(meter, right, left);
            case "not in" -> !Values.contains(meter, right, left);
            default -> Values.ordered(meter, operator, left, right);
        };
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (Values.truth(evaluate(conditional.test(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        if (conditional.otherwise() != null) {
            return evaluate(conditional.otherwise(), scope);
        }
        return Undefined.hint("the inline if-expression on line " + conditional.line()
                + " evaluated to false and no else section was defined.");
    }

    /** @param caller the body of a call block, handed on as the keyword argument {@code caller}; null for a plain call */
    Object call(Expr.Call call, Scope scope, @Nullable Macro caller) {
        Object callee = evaluate(call.callee(), scope);
        Args args = arguments(call.arguments(), scope);
        if (caller != null) {
            args.named().put("caller", caller);
        }
        in.at(call.line());
        if (callee instanceof Undefined undefined) {
            throw undefined.error();
        }
        args.touch(meter);
        if (!(callee instanceof PyCallable callable)) {
            throw PyError.type("'" + Types.name(callee) + "' object is not callable");
        }
        return callable.call(in, args);
    }

    /** Applies a chain of filters; {@code base} is what goes in where the chain has no target of its own. */
    Object filterChain(Expr.Filter filter, Object base, Scope scope) {
        Object value = filter.target() == null
                ? base
                : filter.target() instanceof Expr.Filter inner
                        ? filterChain(inner, base, scope)
                        : evaluate(filter.target(), scope);
        Args args = arguments(filter.arguments(), scope);
        in.at(filter.line());
        return Filters.apply(in, filter.name(), value, args, " found.");
    }

    private Args arguments(Expr.Arguments arguments, Scope scope) {
        List<Object> positional = all(arguments.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        for (Expr.Keyword keyword : arguments.keywords()) {
            named.put(keyword.name(), evaluate(keyword.value(), scope));
        }
        if (arguments.star() != null) {
            Object star = evaluate(arguments.star(), scope);
            if (Values.iteratorOrNull(meter, star) == null) {
                throw PyError.type("Value after * must be an iterable, not " + Types.name(star));
            }
            positional.addAll(Values.list(meter, star));
        }
        if (arguments.doubleStar() != null) {
            spread(evaluate(arguments.doubleStar(), scope), named);
        }
        return new Args(positional, named);
    }

    private void spread(Object mapping, Map<String, Object> named) {
        if (!(mapping instanceof PyDict dict)) {
            throw PyError.type("argument after ** must be a mapping, not " + Types.name(mapping));
        }
        meter.items(dict.size());
        for (PyDict.Entry entry : dict.entries()) {
            if (!Types.isString(entry.key())) {
                throw PyError.type("keywords must be strings");
            }
            String key = Traced.text(entry.key());
            if (named.putIfAbsent(key, entry.value()) != null) {
                throw PyError.type("got multiple values for keyword argument " + Printer.quote(key));
            }
        }
    }
}
