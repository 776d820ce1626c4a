package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic operators on all types that have them. */
final class Arithmetic {
    private Arithmetic() {}

    static Object binary(Meter meter, String operator, Object a, Object b) {
        if (a instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (b instanceof Undefined undefined && !(operator.equals("%") && Types.isString(a))) {
            throw undefined.error();
        }
        if (Types.isNumber(a) && Types.isNumber(b)) {
            return numbers(meter, operator, a, b);
        }
        return switch (operator) {
            case "+" -> add(meter, a, b);
            case "*" -> multiply(meter, a, b);
            case "%" -> {
                if (!Types.isString(a)) {
                    throw unsupported(operator, a, b);
                }
                yield PercentFormat.format(meter, a, b);
            }
            default -> throw unsupported(operator, a, b);
        };
    }

    private static Object numbers(Meter meter, String operator, Object a, Object b) {
        if (a instanceof BigInteger x && Types.isInteger(b)) {
            meter.integers(x.bitLength(), Math.max(x.bitLength(), Numbers.big(b).bitLength()));
        }
        return switch (operator) {
            case "+" -> Numbers.add(meter, a, b);
            case "-" -> Numbers.subtract(meter, a, b);
            case "*" -> Numbers.multiply(meter, a, b);
            case "/" -> Numbers.divide(a, b);
            case "//" -> Numbers.floorDivide(a, b);
            case "%" -> Numbers.modulo(a, b);
            default -> Numbers.power(meter, a, b);
        };
    }

    private static PyError unsupported(String operator, Object a, Object b) {
        String shown = operator.equals("**") ? "** or pow()" : operator;
        return PyError.type(
                "unsupported operand type(s) for " + shown + ": '" + Types.name(a) + "' and '" + Types.name(b) + "'");
    }

    static Object add(Meter meter, Object a, Object b) {
        if (Types.isString(a)) {
            if (!Types.isString(b)) {
                throw a instanceof Markup
                        ? unsupported("+", a, b)
                        : PyError.type("can only concatenate str (not \"" + Types.name(b) + "\") to str");
            }
            if (a instanceof Markup || b instanceof Markup) {
                return Markup.of(concat(meter, Markup.escape(meter, a), Markup.escape(meter, b)));
            }
            return concat(meter, a, b);
        }
        if (a instanceof PyList x) {
            if (!(b instanceof PyList y)) {
                throw PyError.type("can only concatenate list (not \"" + Types.name(b) + "\") to list");
            }
            return new PyList(concat(meter, x.items(), y.items()));
        }
        if (a instanceof PyTuple x) {
            if (!(b instanceof PyTuple y)) {
                throw PyError.type("can only concatenate tuple (not \"" + Types.name(b) + "\") to tuple");
            }
            return PyTuple.of(concat(meter, x.items(), y.items()));
        }
        throw unsupported("+", a, b);
    }

    private static Object concat(Meter meter, Object a, Object b) {
        return new TextBuilder(meter).add(a).add(b).value();
    }

    private static List<Object> concat(Meter meter, List<Object> a, List<Object> b) {
        List<Object> all = new ArrayList<>(meter.length((long) a.size() + b.size()));
        meter.memory((long) (a.size() + b.size()) * Integer.BYTES);
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    private static Object multiply(Meter meter, Object a, Object b) {
        Object sequence = isSequence(a) ? a : b;
        Object factor = isSequence(a) ? b : a;
        if (!isSequence(sequence)) {
            throw unsupported("*", a, b);
        }
        if (!Types.isInteger(factor)) {
            throw PyError.type("can't multiply sequence by non-int of type '" + Types.name(factor) + "'");
        }
        Long times = Numbers.smallOrNull(factor);
        if (times == null) {
            throw PyError.arithmetic("cannot fit 'int' into an index-sized integer");
        }
        return repeat(meter, sequence, Math.max(times, 0));
    }

    private static boolean isSequence(Object value) {
        return Types.isString(value) || value instanceof PySequence;
    }

    private static Object repeat(Meter meter, Object sequence, long times) {
        return switch (sequence) {
            case PyList list -> new PyList(repeat(meter, list.items(), times));
            case PyTuple tuple -> PyTuple.of(repeat(meter, tuple.items(), times));
            case Markup markup ->
                Markup.of(new TextBuilder(meter).repeat(markup, times).value());
            default -> new TextBuilder(meter).repeat(sequence, times).value();
        };
    }

    private static List<Object> repeat(Meter meter, List<Object> items, long times) {
        int length = meter.length(Meter.times(items.size(), times));
        meter.memory((long) length * Integer.BYTES);
        List<Object> all = new ArrayList<>(length);
        while (all.size() < length) {
            all.addAll(items);
        }
        return all;
    }

    static Object negate(Object a) {
        return Numbers.negate(operand("-", a));
    }

    /** Unary plus: a bool becomes an integer. */
    static Object plus(Object a) {
        Object operand = operand("+", a);
        return operand instanceof Boolean b ? (Object) (b ? 1L : 0L) : operand;
    }

    private static Object operand(String operator, Object a) {
        if (a instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isNumber(a)) {
            throw PyError.type("bad operand type for unary " + operator + ": '" + Types.name(a) + "'");
        }
        return a;
    }
}
