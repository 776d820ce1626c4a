package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code str()} and {@code repr()} of Python values. */
final class Printer {
    private static final int SHORT = 200;

    /** Characters of a string that an error message shows. */
    private static final int LONGEST_QUOTED = 10_000;

    private final Meter meter;
    private final StringBuilder out = new StringBuilder();

    /** Namespaces being printed: the only values that can contain themselves. */
    private final List<Namespace> open = new ArrayList<>();

    private Printer(Meter meter) {
        this.meter = meter;
    }

    static String str(Meter meter, Object value) {
        return switch (value) {
            case String s -> s;
            case Traced traced -> traced.text();
            case Markup m -> m.text();
            case Undefined ignored -> "";
            default -> repr(meter, value);
        };
    }

    /** As {@link #str}, as a string that knows where its characters come from. */
    static Object text(Meter meter, Object value) {
        return switch (value) {
            case Traced traced -> traced;
            case Markup m -> Traced.of(m.text(), m.origins());
            default -> str(meter, value);
        };
    }

    static String repr(Meter meter, Object value) {
        Printer printer = new Printer(meter);
        printer.print(value);
        meter.length(printer.out.length());
        return printer.out.toString();
    }

    /** For error messages about keys: never long. */
    static String shortRepr(Object value) {
        return switch (value) {
            case String s -> quote(s.length() > SHORT ? s.substring(0, SHORT) : s);
            case Traced traced -> shortRepr(traced.text());
            case Long l -> Long.toString(l);
            case Boolean b -> b ? "True" : "False";
            case Double d -> Numbers.repr(d);
            case Special ignored -> "None";
            case Undefined ignored -> "Undefined";
            case PyTuple t when t.items().isEmpty() -> "()";
            default -> "<" + Types.name(value) + ">";
        };
    }

    private void print(Object value) {
        switch (value) {
            case Special ignored -> out.append("None");
            case Boolean b -> out.append(b ? "True" : "False");
            case Long l -> out.append((long) l);
            case BigInteger big -> out.append(Numbers.decimal(meter, big));
            case Double d -> out.append(Numbers.repr(meter, d));
            case String s -> quote(s, out, meter);
            case Traced traced -> quote(traced.text(), out, meter);
            case Markup m -> {
                out.append("Markup(");
                quote(m.text(), out, meter);
                out.append(')');
            }
            case Undefined ignored -> out.append("Undefined");
            case PyRange r -> out.append(range(r));
            case PyList list -> items(list.items(), "[", "]");
            case PyTuple tuple -> items(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")");
            case PyDict dict -> dict(dict);
            case PyView view -> {
                out.append(view.part().typeName());
                items(view.items(), "([", "])");
            }
            case PyIterator iterator ->
                out.append('<').append(iterator.typeName()).append(" object>");
            case Namespace namespace -> namespace(namespace);
            case PyCallable callable -> out.append(callable.describe());
            default -> out.append('<').append(Types.name(value)).append(" object>");
        }
        meter.step();
        meter.limit(out.length());
    }

    private static String range(PyRange r) {
        return "range(" + r.start() + ", " + r.stop() + (r.step() == 1 ? ")" : ", " + r.step() + ")");
    }

    private void items(List<Object> items, String before, String after) {
        meter.enter();
        out.append(before);
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            print(item);
            separator = ", ";
        }
        out.append(after);
        meter.leave();
    }

    private void dict(PyDict dict) {
        meter.enter();
        out.append('{');
        String separator = "";
        for (PyDict.Entry entry : dict.entries()) {
            out.append(separator);
            print(entry.key());
            out.append(": ");
            print(entry.value());
            separator = ", ";
        }
        out.append('}');
        meter.leave();
    }

    private void namespace(Namespace namespace) {
        if (open.contains(namespace)) {
            out.append("<Namespace {...}>");
            return;
        }
        open.add(namespace);
        meter.enter();
        out.append("<Namespace {");
        String separator = "";
        for (Map.Entry<Object, Object> entry : namespace.attributes().entrySet()) {
            out.append(separator);
            print(entry.getKey());
            out.append(": ");
            print(entry.getValue());
            separator = ", ";
        }
        out.append("}>");
        meter.leave();
        open.removeLast();
    }

    /** As {@code repr}, for error messages: a long string is cut. */
    static String quote(String s) {
        StringBuilder out = new StringBuilder();
        quote(s.length() > LONGEST_QUOTED ? s.substring(0, LONGEST_QUOTED) : s, out, null);
        return out.toString();
    }

    /** {@code repr} of a string: single quotes unless only double quotes avoid a backslash. */
    static String quote(Meter meter, String s) {
        StringBuilder out = new StringBuilder();
        quote(s, out, meter);
        return out.toString();
    }

    private static void quote(String s, StringBuilder out, @Nullable Meter meter) {
        if (meter != null) {
            meter.work(s.length());
        }
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            if (meter != null) {
                meter.limit(out.length());
            }
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(escape(c));
                    }
                }
            }
        }
        out.append(quote);
    }

    /** The {@code \x}, {@code \\u} or {@code \U} escape of a code point. */
    static String escape(int c) {
        if (c < 0x100) {
            return String.format(Locale.ROOT, "\\x%02x", c);
        }
        return c < 0x10000 ? String.format(Locale.ROOT, "\\u%04x", c) : String.format(Locale.ROOT, "\\U%08x", c);
    }

    /** Python's {@code str.isprintable} for one character. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
