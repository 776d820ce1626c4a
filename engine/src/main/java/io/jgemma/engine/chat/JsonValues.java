package io.jgemma.engine.chat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deep, unmodifiable copies of values as JSON has them. */
final class JsonValues {
    static final int MAX_DEPTH = 200;

    private JsonValues() {}

    /**
     * A copy in the map's order.
     *
     * @param what for the error's message
     * @throws IllegalArgumentException when something in it is not a JSON value, or nested too deep
     */
    static Map<String, Object> copy(String what, Map<?, ?> map) {
        return copyMap(what, map, 1);
    }

    private static Map<String, Object> copyMap(String what, Map<?, ?> map, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(what + " are nested more than " + MAX_DEPTH + " deep");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw new IllegalArgumentException(
                        what + " have the key " + entry.getKey() + "; expected a string, as in JSON");
            }
            put(copy, key, copyValue(what, entry.getValue(), depth));
        }
        return Collections.unmodifiableMap(copy);
    }

    /** A value of {@code Map<String, Object>} may be JSON's null, as with every JSON library's maps. */
    @SuppressWarnings("NullAway")
    static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    /** As {@link #put}. */
    @SuppressWarnings("NullAway")
    static void add(List<Object> list, @Nullable Object value) {
        list.add(value);
    }

    private static @Nullable Object copyValue(String what, @Nullable Object value, int depth) {
        return switch (value) {
            case null -> null;
            case String s -> s;
            case Boolean b -> b;
            case Long l -> l;
            case Integer i -> i.longValue();
            case Short s -> s.longValue();
            case Byte b -> b.longValue();
            case BigInteger big -> big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
            case Double d -> finite(what, d);
            case Float f -> finite(what, f.doubleValue());
            case BigDecimal decimal -> finite(what, decimal.doubleValue());
            case Map<?, ?> map -> copyMap(what, map, depth + 1);
            case List<?> list -> copyList(what, list, depth + 1);
            default ->
                throw new IllegalArgumentException(what + " hold a "
                        + value.getClass().getName() + "; expected a string, boolean, number, list, map or null");
        };
    }

    private static List<Object> copyList(String what, List<?> list, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(what + " are nested more than " + MAX_DEPTH + " deep");
        }
        List<Object> copy = new ArrayList<>(list.size());
        for (Object item : list) {
            add(copy, copyValue(what, item, depth));
        }
        return Collections.unmodifiableList(copy);
    }

    private static Double finite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(what + " hold " + value + "; JSON has finite numbers only");
        }
        return value;
    }
}
