package io.jgemma.engine.template;

import io.jgemma.engine.template.TemplateException.Kind;
import org.jspecify.annotations.Nullable;

/** Python's {@code str.format}, with attribute and element access through the sandbox. */
final class BraceFormat {
    private static final int MAX_NESTING = 2;

    private final Meter meter;
    private final Args args;
    private final @Nullable Object mapping;
    private final boolean escape;

    /** Number of the next field without a name; -1 once fields were numbered by hand. */
    private int nextIndex;

    private BraceFormat(Meter meter, Args args, @Nullable Object mapping, boolean escape) {
        this.meter = meter;
        this.args = args;
        this.mapping = mapping;
        this.escape = escape;
    }

    /** @param format a string, or markup: then the fields' values are escaped and the result is markup */
    static Object format(Meter meter, Object format, Args args) {
        return format(meter, format, args, null);
    }

    /** {@code str.format_map}. */
    static Object formatMap(Meter meter, Object format, Object mapping) {
        return format(meter, format, Args.NONE, mapping);
    }

    private static Object format(Meter meter, Object format, Args args, @Nullable Object mapping) {
        boolean markup = format instanceof Markup;
        Object result = new BraceFormat(meter, args, mapping, markup).run(format, MAX_NESTING);
        return markup ? Markup.of(result) : result;
    }

    private Object run(Object template, int nesting) {
        String format = Traced.text(template);
        meter.work(format.length());
        if (nesting < 0) {
            throw PyError.value("Max string recursion exceeded");
        }
        TextBuilder out = new TextBuilder(meter);
        int pos = 0;
        int literal = 0;
        while (pos < format.length()) {
            char c = format.charAt(pos);
            boolean doubled = pos + 1 < format.length() && format.charAt(pos + 1) == c;
            if (c != '{' && c != '}') {
                pos++;
            } else if (doubled) {
                out.add(template, literal, pos + 1);
                pos += 2;
                literal = pos;
            } else if (c == '}') {
                throw PyError.value("Single '}' encountered in format string");
            } else {
                int end = fieldEnd(format, pos + 1);
                out.add(template, literal, pos).add(field(format.substring(pos + 1, end), nesting));
                pos = end + 1;
                literal = pos;
            }
        }
        return out.add(template, literal, pos).value();
    }

    private static int fieldEnd(String format, int start) {
        if (start >= format.length()) {
            throw PyError.value("Single '{' encountered in format string");
        }
        int depth = 1;
        for (int i = start; i < format.length(); i++) {
            char c = format.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw PyError.value("expected '}' before end of string");
    }

    private Object field(String field, int nesting) {
        int nameEnd = 0;
        boolean bracket = false;
        while (nameEnd < field.length() && (bracket || "!:".indexOf(field.charAt(nameEnd)) < 0)) {
            char c = field.charAt(nameEnd++);
            bracket = c == '[' || (bracket && c != ']');
        }
        Character conversion = null;
        int pos = nameEnd;
        if (pos < field.length() && field.charAt(pos) == '!') {
            if (pos + 1 >= field.length()) {
                throw PyError.value("end of string while looking for conversion specifier");
            }
            conversion = field.charAt(pos + 1);
            pos += 2;
            if (pos < field.length() && field.charAt(pos) != ':') {
                throw PyError.value("expected ':' after conversion specifier");
            }
        }
        String spec = pos < field.length() ? field.substring(pos + 1) : "";
        Object value = FormatSpec.convert(meter, lookup(field.substring(0, nameEnd)), conversion);
        String resolvedSpec = Traced.text(run(spec, nesting - 1));
        if (!escape) {
            return FormatSpec.format(meter, value, resolvedSpec);
        }
        Object text = value instanceof Markup ? value : FormatSpec.format(meter, value, resolvedSpec);
        return Markup.escape(meter, text);
    }

    private Object lookup(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        Object value = first(name.substring(0, end), name.isEmpty());
        while (end < name.length()) {
            int start = end + 1;
            if (name.charAt(end) == '.') {
                end = start;
                while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    end++;
                }
                if (end == start) {
                    throw PyError.value("Empty attribute in format string");
                }
                value = Members.attribute(meter, value, name.substring(start, end));
            } else {
                end = name.indexOf(']', start);
                if (end < 0) {
                    throw PyError.value("Missing ']' in format string");
                }
                if (end == start) {
                    throw PyError.value("Empty attribute in format string");
                }
                String key = name.substring(start, end);
                value = Members.element(meter, value, isIndex(key) ? (Object) Long.valueOf(key) : key);
                end++;
                if (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    throw PyError.value("Only '.' or '[' may follow ']' in format field specifier");
                }
            }
        }
        return value;
    }

    private static boolean isIndex(String key) {
        return Text.all(key, Literals::isDigit) && key.length() < 10;
    }

    private Object first(String name, boolean automatic) {
        if (automatic) {
            if (nextIndex < 0) {
                throw PyError.value("cannot switch from manual field specification to automatic field numbering");
            }
            return positional(nextIndex++);
        }
        if (isIndex(name)) {
            if (nextIndex > 0) {
                throw PyError.value("cannot switch from manual field specification to automatic field numbering");
            }
            nextIndex = -1;
            return positional(Integer.parseInt(name));
        }
        if (mapping != null && !(mapping instanceof PyDict)) {
            throw PyError.type("'" + Types.name(mapping) + "' object is not subscriptable");
        }
        Object value =
                mapping instanceof PyDict dict ? dict.get(name) : args.named().get(name);
        if (value == null) {
            throw new PyError(Kind.LOOKUP, Printer.quote(name));
        }
        return value;
    }

    private Object positional(int index) {
        if (index >= args.positional().size()) {
            throw new PyError(Kind.LOOKUP, "Replacement index " + index + " out of range for positional args tuple");
        }
        return args.positional().get(index);
    }
}
