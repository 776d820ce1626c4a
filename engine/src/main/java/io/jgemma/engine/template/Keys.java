package io.jgemma.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hashing side of Python's equality: equal values have equal keys. */
final class Keys {
    private Keys() {}

    /** A value that equals nothing but itself. */
    private static final class Identity {
        private final Object value;

        Identity(Object value) {
            this.value = value;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // identity is the point
        public boolean equals(@Nullable Object other) {
            return other instanceof Identity identity && identity.value == value;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(value);
        }
    }

    /**
     * A Java object that stands for {@code value} in hash tables.
     *
     * @throws PyError if the value cannot be hashed
     */
    static Object of(Meter meter, Object value) {
        return switch (value) {
            case String s -> s;
            case Markup m -> m.text();
            case Boolean b -> b ? 1L : 0L;
            case Double d -> number(d);
            case PyTuple t -> tuple(meter, t);
            case PyList list -> throw unhashable(list);
            case PyDict dict -> throw unhashable(dict);
            case Undefined ignored -> Undefined.class;
            case Long l -> l;
            case BigInteger big -> big;
            case Special special -> special;
            case PyRange range -> range;
            default -> new Identity(value);
        };
    }

    /** False for lists and dicts, and for tuples that hold any. */
    static boolean isHashable(Object value) {
        return switch (value) {
            case PyList _ -> false;
            case PyDict _ -> false;
            case PyTuple tuple -> tuple.items().stream().allMatch(Keys::isHashable);
            default -> true;
        };
    }

    private static PyError unhashable(Object value) {
        return PyError.type("unhashable type: '" + Types.name(value) + "'");
    }

    private static Object number(double d) {
        if (d != Math.rint(d) || Double.isInfinite(d)) {
            return d;
        }
        BigInteger whole = new BigDecimal(d).toBigInteger();
        return Numbers.shrink(whole);
    }

    private static Object tuple(Meter meter, PyTuple tuple) {
        meter.enter();
        List<Object> keys = new ArrayList<>(tuple.items().size());
        for (Object item : tuple.items()) {
            keys.add(of(meter, item));
        }
        meter.leave();
        return keys;
    }
}
