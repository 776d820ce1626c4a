package io.jgemma.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a context into the interpreter's values, and allows the template what a context of its size needs. */
final class ContextReader {
    /** What any value counts for, beside a string's characters. */
    private static final int VALUE_CHARS = 16;

    private final Meter meter;

    ContextReader(Meter meter) {
        this.meter = meter;
    }

    /** @throws IllegalArgumentException if the context holds a value that no template can use */
    Map<String, Object> variables(Map<String, ? extends @Nullable Object> context) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (Map.Entry<String, ? extends @Nullable Object> entry : context.entrySet()) {
            variables.put(entry.getKey(), value(entry.getValue()));
        }
        return variables;
    }

    private Object value(@Nullable Object value) {
        meter.allow(VALUE_CHARS);
        meter.enter();
        Object result = switch (value) {
            case null -> Special.NONE;
            case String s -> {
                meter.allow(s.length());
                yield s;
            }
            case TrustedText text -> Traced.literal(text.text());
            case Boolean b -> b;
            case Long l -> l;
            case Integer i -> i.longValue();
            case Short s -> s.longValue();
            case Byte b -> b.longValue();
            case BigInteger big -> Numbers.shrink(big);
            case Double d -> d;
            case Float f -> f.doubleValue();
            case BigDecimal decimal -> decimal.doubleValue();
            case List<?> list -> list(list);
            case Map<?, ?> map -> dict(map);
            default ->
                throw new IllegalArgumentException("a template context cannot hold a "
                        + value.getClass().getName() + "; expected a string, boolean, number, list, map or null");
        };
        meter.leave();
        return result;
    }

    private PyList list(List<?> list) {
        List<Object> items = new ArrayList<>(list.size());
        for (Object item : list) {
            items.add(value(item));
        }
        return new PyList(items);
    }

    private PyDict dict(Map<?, ?> map) {
        PyDict dict = new PyDict();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = value(entry.getKey());
            dict.put(Keys.of(meter, key), key, value(entry.getValue()));
        }
        return dict;
    }
}
