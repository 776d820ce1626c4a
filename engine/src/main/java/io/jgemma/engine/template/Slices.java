package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's slices. */
final class Slices {
    private Slices() {}

    /** {@code value[start:stop:step]}, where {@link Special#NONE} means not given. */
    static Object slice(Meter meter, Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (value instanceof PyDict) {
            throw PyError.type("unhashable type: 'slice'");
        }
        if (!Members.isIndexable(value)) {
            throw PyError.type("'" + Types.name(value) + "' object is not subscriptable");
        }
        int length = Values.length(meter, value);
        int by = step == Special.NONE ? 1 : clamp(step, -length - 1, length + 1);
        if (by == 0) {
            throw PyError.value("slice step cannot be zero");
        }
        int first = by > 0 ? border(start, 0, 0, length, length) : border(start, length - 1, -1, length - 1, length);
        int last = by > 0 ? border(stop, length, 0, length, length) : border(stop, -1, -1, length - 1, length);
        int count = by > 0 ? (last - first + by - 1) / by : (first - last - by - 1) / -by;
        return take(meter, value, first, by, Math.max(count, 0));
    }

    private static Object take(Meter meter, Object value, int first, int by, int count) {
        if (Types.isString(value)) {
            meter.length(count);
            return by == 1 ? Text.substring(value, first, first + count) : every(value, first, by, count);
        }
        meter.work(count);
        if (by != 1) {
            meter.memory((long) count * Long.BYTES);
        }
        return switch (value) {
            case PyList list -> new PyList(items(list.items(), first, by, count));
            case PyTuple tuple -> PyTuple.of(items(tuple.items(), first, by, count));
            default -> ((PyRange) value).slice(first, by, count);
        };
    }

    private static Object every(Object value, int first, int by, int count) {
        String every = Text.every(Traced.text(value), first, by, count);
        return value instanceof Markup ? new Markup(every) : every;
    }

    private static List<Object> items(List<Object> items, int first, int by, int count) {
        if (by == 1) {
            return items.subList(first, first + count);
        }
        List<Object> taken = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            taken.add(items.get(first + i * by));
        }
        return taken;
    }

    /** A start or stop: negative counts from the end, then it is forced into {@code [low, high]}. */
    private static int border(Object value, int missing, int low, int high, int length) {
        if (value == Special.NONE) {
            return missing;
        }
        int index = clamp(value, -length - 1, length + 1);
        if (index < 0) {
            index += length;
        }
        return Math.min(Math.max(index, low), high);
    }

    private static int clamp(Object value, int low, int high) {
        if (!Types.isInteger(value)) {
            throw PyError.type("slice indices must be integers or None or have an __index__ method");
        }
        BigInteger big = Numbers.big(value);
        BigInteger clamped = big.max(BigInteger.valueOf(low)).min(BigInteger.valueOf(high));
        return clamped.intValue();
    }

    /** An optional border argument of a search method, forced into {@code [0, length]}. */
    static int bound(Object value, int missing, int length) {
        return value == Special.MISSING || value == Special.NONE ? missing : border(value, missing, 0, length, length);
    }
}
