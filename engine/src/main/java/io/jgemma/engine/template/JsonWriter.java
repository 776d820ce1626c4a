package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes values as Python's {@code json.dumps}: nothing escaped for HTML, keys in their order. */
final class JsonWriter {
    private final Meter meter;
    private final Options options;
    private final StringBuilder out = new StringBuilder();

    /**
     * The arguments of {@code json.dumps}.
     *
     * @param ascii whether characters outside ASCII are escaped
     * @param indent text of one level of indentation, null for one line
     * @param itemSeparator between elements
     * @param keySeparator between key and value
     * @param sortKeys whether keys are sorted
     */
    record Options(
            boolean ascii, @Nullable String indent, String itemSeparator, String keySeparator, boolean sortKeys) {}

    private JsonWriter(Meter meter, Options options) {
        this.meter = meter;
        this.options = options;
    }

    static String write(Meter meter, Object value, Options options) {
        JsonWriter writer = new JsonWriter(meter, options);
        writer.value(value, 0);
        meter.memory((long) Character.BYTES * writer.out.length());
        return writer.out.toString();
    }

    private void value(Object value, int level) {
        switch (value) {
            case Special ignored -> out.append("null");
            case Boolean b -> out.append((boolean) b);
            case Long l -> out.append((long) l);
            case BigInteger big -> out.append(Numbers.decimal(meter, big));
            case Double d -> out.append(number(meter, d));
            case String s -> string(s);
            case Traced traced -> string(traced.text());
            case Markup m -> string(m.text());
            case PySequence sequence -> array(sequence.items(), level);
            case PyDict dict -> object(dict, level);
            default -> throw PyError.type("Object of type " + Types.name(value) + " is not JSON serializable");
        }
        meter.step();
        meter.limit(out.length());
    }

    private static String number(Meter meter, double d) {
        if (Double.isNaN(d)) {
            return "NaN";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "Infinity" : "-Infinity";
        }
        return Numbers.repr(meter, d);
    }

    private void array(List<Object> items, int level) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        meter.enter();
        out.append('[');
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            lineBreak(level + 1);
            value(item, level + 1);
            separator = options.itemSeparator();
        }
        lineBreak(level);
        out.append(']');
        meter.leave();
    }

    private void object(PyDict dict, int level) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        meter.enter();
        out.append('{');
        String separator = "";
        for (PyDict.Entry entry : entries(dict)) {
            out.append(separator);
            lineBreak(level + 1);
            string(key(entry.key()));
            out.append(options.keySeparator());
            value(entry.value(), level + 1);
            separator = options.itemSeparator();
        }
        lineBreak(level);
        out.append('}');
        meter.leave();
    }

    private List<PyDict.Entry> entries(PyDict dict) {
        List<PyDict.Entry> entries = new ArrayList<>(dict.entries());
        if (!options.sortKeys()) {
            return entries;
        }
        List<Object> positions = new ArrayList<>();
        List<Object> keys = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            positions.add((long) i);
            keys.add(entries.get(i).key());
        }
        return Values.sorted(meter, positions, keys, false).stream()
                .map(position -> entries.get(((Long) position).intValue()))
                .toList();
    }

    private String key(Object key) {
        return switch (key) {
            case String s -> s;
            case Traced traced -> traced.text();
            case Markup m -> m.text();
            case Boolean b -> b ? "true" : "false";
            case Special ignored -> "null";
            case Long l -> Long.toString(l);
            case BigInteger big -> Numbers.decimal(meter, big);
            case Double d -> number(meter, d);
            default -> throw PyError.type("keys must be str, int, float, bool or None, not " + Types.name(key));
        };
    }

    private void lineBreak(int level) {
        String indent = options.indent();
        if (indent != null) {
            long added = (long) level * indent.length() + 1;
            meter.limit(out.length() + added);
            meter.work(added);
            out.append('\n').repeat(indent, level);
        }
    }

    private void string(String s) {
        meter.work(s.length());
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            meter.limit(out.length());
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || (options.ascii() && c > 0x7e)) {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
