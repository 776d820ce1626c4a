package io.jgemma.engine.template;

import java.util.Map;

/** The tests behind {@code is}. */
final class Tests {
    private static final Map<String, Test> TESTS = Map.ofEntries(
            one("odd", (m, v) -> Values.equal(m, Arithmetic.binary(m, "%", v, 2L), 1L)),
            one("even", (m, v) -> Values.equal(m, Arithmetic.binary(m, "%", v, 2L), 0L)),
            two("divisibleby", (m, a, b) -> Values.equal(m, Arithmetic.binary(m, "%", a, b), 0L)),
            one("defined", (m, v) -> !(v instanceof Undefined)),
            one("undefined", (m, v) -> v instanceof Undefined),
            one("filter", (m, v) -> Filters.exists(hashable(m, v))),
            one("test", (m, v) -> exists(hashable(m, v))),
            one("none", (m, v) -> v == Special.NONE),
            one("boolean", (m, v) -> v instanceof Boolean),
            one("false", (m, v) -> v instanceof Boolean b && !b),
            one("true", (m, v) -> v instanceof Boolean b && b),
            one("integer", (m, v) -> Types.isInteger(v) && !(v instanceof Boolean)),
            one("float", (m, v) -> v instanceof Double),
            one("number", (m, v) -> Types.isNumber(v)),
            one("string", (m, v) -> Types.isString(v)),
            one("mapping", (m, v) -> v instanceof PyDict),
            one("sequence", (m, v) -> Members.isIndexable(v) || v instanceof PyDict || v instanceof Undefined),
            one("iterable", (m, v) -> Values.iteratorOrNull(m, v) != null),
            one("callable", (m, v) -> v instanceof PyCallable || v instanceof Undefined),
            one("lower", (m, v) -> Text.allCased(touched(m, v), Character::isLowerCase)),
            one("upper", (m, v) -> Text.allCased(touched(m, v), Character::isUpperCase)),
            one("escaped", (m, v) -> v instanceof Markup),
            two("sameas", Tests::same),
            two("in", (m, a, b) -> Values.contains(m, b, a)),
            two("eq", Values::equal),
            two("==", Values::equal),
            two("equalto", Values::equal),
            two("ne", (m, a, b) -> !Values.equal(m, a, b)),
            two("!=", (m, a, b) -> !Values.equal(m, a, b)),
            ordered("lt", "<"),
            ordered("<", "<"),
            ordered("lessthan", "<"),
            ordered("le", "<="),
            ordered("<=", "<="),
            ordered("gt", ">"),
            ordered(">", ">"),
            ordered("greaterthan", ">"),
            ordered("ge", ">="),
            ordered(">=", ">="));

    private Tests() {}

    private record Test(Signature signature, Binary body) {}

    private interface Unary {
        boolean test(Meter meter, Object value);
    }

    private interface Binary {
        boolean test(Meter meter, Object value, Object other);
    }

    private static Map.Entry<String, Test> one(String name, Unary body) {
        return Map.entry(
                name,
                new Test(Signature.of("test_" + name, "value"), (meter, value, other) -> body.test(meter, value)));
    }

    private static Map.Entry<String, Test> two(String name, Binary body) {
        return Map.entry(name, new Test(Signature.of("test_" + name, "value other"), body));
    }

    private static Map.Entry<String, Test> ordered(String name, String operator) {
        return two(name, (meter, a, b) -> Values.ordered(meter, operator, a, b));
    }

    /** Identity, as far as it can be told: small integers, texts and the constants are one object each. */
    private static boolean same(Meter meter, Object a, Object b) {
        boolean constant = Types.isString(a) || Types.isInteger(a);
        boolean alike = Types.name(a).equals(Types.name(b));
        return Values.identical(a, b) || (constant && alike && Values.equal(meter, a, b));
    }

    /** The text of a value, all of which will be looked at. */
    private static String touched(Meter meter, Object value) {
        meter.touch(value);
        return Printer.str(meter, value);
    }

    private static String hashable(Meter meter, Object value) {
        return Keys.of(meter, value) instanceof String name ? name : "";
    }

    static boolean exists(String name) {
        return TESTS.containsKey(name);
    }

    /** @param notFound what an error message says behind the name of a test that is not there */
    static boolean apply(Interpreter in, String name, Object value, Args args, String notFound) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw PyError.runtime("No test named " + Printer.quote(name) + notFound);
        }
        Object[] bound = test.signature().bind(args.prepend(value));
        return test.body().test(in.meter(), bound[0], bound.length > 1 ? bound[1] : Special.NONE);
    }
}
