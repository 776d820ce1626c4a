package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Python's {@code pprint.pformat} at its default width, with sorted keys. */
final class PrettyPrinter {
    private static final int WIDTH = 80;

    private final Meter meter;
    private final StringBuilder out = new StringBuilder();

    private PrettyPrinter(Meter meter) {
        this.meter = meter;
    }

    static String print(Meter meter, Object value) {
        PrettyPrinter printer = new PrettyPrinter(meter);
        printer.value(value, 0, 0, 1);
        meter.memory((long) Character.BYTES * printer.out.length());
        return printer.out.toString();
    }

    /**
     * @param indent column of the value
     * @param allowance room to keep for closing brackets behind it
     */
    private void value(Object value, int indent, int allowance, int level) {
        meter.enter();
        String line = Printer.repr(meter, sorted(value));
        if (Text.length(line) <= WIDTH - indent - allowance) {
            out.append(line);
        } else {
            switch (value) {
                case PyList list -> items(list.items(), "[", "]", indent, allowance, level);
                case PyTuple tuple ->
                    items(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", indent, allowance, level);
                case PyDict dict -> dict(dict, indent, allowance, level);
                case String s when !s.isEmpty() -> text(s, indent, allowance, level);
                case Traced traced -> text(traced.text(), indent, allowance, level);
                default -> out.append(line);
            }
        }
        meter.limit(out.length());
        meter.leave();
    }

    /** Dicts are printed in the order of their keys, also inside other values. */
    private Object sorted(Object value) {
        meter.enter();
        Object result = switch (value) {
            case PyList list ->
                new PyList(list.items().stream().map(this::sorted).toList());
            case PyTuple tuple ->
                PyTuple.of(tuple.items().stream().map(this::sorted).toList());
            case PyDict dict -> {
                PyDict copy = new PyDict();
                for (PyDict.Entry entry : entries(dict)) {
                    copy.put(Keys.of(meter, entry.key()), entry.key(), sorted(entry.value()));
                }
                yield copy;
            }
            default -> value;
        };
        meter.leave();
        return result;
    }

    private List<PyDict.Entry> entries(PyDict dict) {
        List<PyDict.Entry> entries = new ArrayList<>(dict.entries());
        List<Object> positions = new ArrayList<>();
        List<Object> keys = new ArrayList<>();
        for (PyDict.Entry entry : entries) {
            positions.add((long) keys.size());
            keys.add(entry.key());
        }
        boolean comparable =
                keys.stream().allMatch(Types::isString) || keys.stream().allMatch(Types::isNumber);
        if (!comparable) {
            keys.replaceAll(key -> PyTuple.of(Types.name(key), Printer.repr(meter, key)));
        }
        return Values.sorted(meter, positions, keys, false).stream()
                .map(position -> entries.get(((Long) position).intValue()))
                .toList();
    }

    private void items(List<Object> items, String before, String after, int indent, int allowance, int level) {
        out.append(before);
        for (int i = 0; i < items.size(); i++) {
            boolean last = i == items.size() - 1;
            value(items.get(i), indent + 1, last ? allowance + after.length() : 1, level + 1);
            if (!last) {
                out.append(",\n").repeat(' ', indent + 1);
            }
        }
        out.append(after);
    }

    private void dict(PyDict dict, int indent, int allowance, int level) {
        out.append('{');
        List<PyDict.Entry> entries = entries(dict);
        for (int i = 0; i < entries.size(); i++) {
            boolean last = i == entries.size() - 1;
            String key = Printer.repr(meter, entries.get(i).key());
            out.append(key).append(": ");
            int column = indent + 1 + Text.length(key) + 2;
            value(entries.get(i).value(), column, last ? allowance + 1 : 1, level + 1);
            if (!last) {
                out.append(",\n").repeat(' ', indent + 1);
            }
        }
        out.append('}');
    }

    /** A long text is cut at line ends and then between words, one literal on each line. */
    private void text(String s, int indent, int allowance, int level) {
        int column = level == 1 ? indent + 1 : indent;
        int room = allowance + (level == 1 ? 1 : 0);
        List<String> chunks = new ArrayList<>();
        List<Splits.Span> lines = Splits.lines(meter, s, true);
        for (int i = 0; i < lines.size(); i++) {
            boolean lastLine = i == lines.size() - 1;
            String line = s.substring(lines.get(i).from(), lines.get(i).to());
            int width = WIDTH - column - (lastLine ? room : 0);
            String quoted = Printer.quote(meter, line);
            meter.memory(Meter.ITEM_BYTES + (long) Character.BYTES * quoted.length());
            if (Text.length(quoted) <= width) {
                chunks.add(quoted);
            } else {
                words(line, WIDTH - column, lastLine ? room : 0, chunks);
            }
        }
        if (chunks.size() == 1) {
            out.append(chunks.getFirst());
            return;
        }
        out.append(level == 1 ? "(" : "");
        out.append(String.join("\n" + " ".repeat(column), chunks));
        out.append(level == 1 ? ")" : "");
    }

    private void words(String line, int width, int room, List<String> chunks) {
        List<String> parts = parts(line);
        String current = "";
        for (int i = 0; i < parts.size(); i++) {
            String candidate = current + parts.get(i);
            int limit = i == parts.size() - 1 ? width - room : width;
            meter.work(candidate.length());
            if (Text.length(Printer.quote(meter, candidate)) > limit) {
                if (!current.isEmpty()) {
                    chunks.add(Printer.quote(meter, current));
                }
                current = parts.get(i);
            } else {
                current = candidate;
            }
        }
        if (!current.isEmpty()) {
            chunks.add(Printer.quote(meter, current));
        }
    }

    /** Words, each with the white space behind it. */
    private List<String> parts(String line) {
        List<String> parts = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            int start = i;
            while (i < line.length() && !Text.isSpace(line.charAt(i))) {
                i++;
            }
            while (i < line.length() && Text.isSpace(line.charAt(i))) {
                i++;
            }
            meter.memory(Meter.ITEM_BYTES + (long) Character.BYTES * (i - start));
            parts.add(line.substring(start, i));
        }
        return parts;
    }
}
