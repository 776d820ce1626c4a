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
            case Traced traced -> traced.text();
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
    static boolean isHashable(Meter meter, Object value) {
        return switch (value) {
            case PyList _ -> false;
            case PyDict _ -> false;
            case PyTuple tuple -> {
                meter.enter();
                meter.work(tuple.items().size());
                boolean hashable = tuple.items().stream().allMatch(item -> isHashable(meter, item));
                meter.leave();
                yield hashable;
            }
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
        List<Object> keys = new ArrayList<>(meter.items(tuple.items().size()));
        for (Object item : tuple.items()) {
            keys.add(of(meter, item));
        }
        meter.leave();
        return new TupleKey(keys);
    }

    /**
     * The elements of a tuple. They have an order, so that a hash table finds its way among many with one hash.
     *
     * @param elements keys of the elements
     */
    private record TupleKey(List<Object> elements) implements Comparable<TupleKey> {
        @Override
        public int compareTo(TupleKey other) {
            int common = Math.min(elements.size(), other.elements.size());
            for (int i = 0; i < common; i++) {
                int order = compare(elements.get(i), other.elements.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(elements.size(), other.elements.size());
        }

        private static int compare(Object a, Object b) {
            return switch (a) {
                case String x when b instanceof String y -> x.compareTo(y);
                case Long x when b instanceof Long y -> x.compareTo(y);
                case TupleKey x when b instanceof TupleKey y -> x.compareTo(y);
                default -> a.getClass().getName().compareTo(b.getClass().getName());
            };
        }
    }
}
