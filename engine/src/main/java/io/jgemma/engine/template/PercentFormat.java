package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** Python's {@code "..." % arguments}. */
final class PercentFormat {
    private final Meter meter;
    private final Object template;
    private final String format;
    private final boolean escape;
    private final Object argument;
    private final TextBuilder out;
    private int pos;
    private int nextArgument;
    private boolean mappingUsed;

    /** Flags, width and precision of one conversion; precision -1 if not given. */
    private record Spec(String flags, int width, int precision) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    private PercentFormat(Meter meter, Object template, Object argument) {
        this.meter = meter;
        this.template = template;
        this.format = Traced.text(template);
        this.argument = argument;
        this.escape = template instanceof Markup;
        this.out = new TextBuilder(meter);
    }

    /** @param format a string, or markup: then the arguments are escaped and the result is markup */
    static Object format(Meter meter, Object format, Object argument) {
        meter.touch(format);
        Object result = new PercentFormat(meter, format, argument).run();
        return format instanceof Markup ? Markup.of(result) : result;
    }

    private Object run() {
        while (pos < format.length()) {
            int percent = format.indexOf('%', pos);
            if (percent < 0) {
                out.add(template, pos, format.length());
                break;
            }
            out.add(template, pos, percent);
            pos = percent + 1;
            conversion();
        }
        boolean mapping = argument instanceof PyDict || mappingUsed;
        int given = argument instanceof PyTuple tuple ? tuple.items().size() : 1;
        if (!mapping && nextArgument < given && !subscriptable()) {
            throw PyError.type("not all arguments converted during string formatting");
        }
        return out.value();
    }

    /** Python lets lists and the like pass unused, for they could serve as mappings. */
    private boolean subscriptable() {
        return argument instanceof PyList || argument instanceof PyRange || argument instanceof Undefined;
    }

    private void conversion() {
        Object value = null;
        if (peek() == '(') {
            value = mapped();
        }
        int start = pos;
        while (peek() != 0 && "#0- +".indexOf(peek()) >= 0) {
            pos++;
        }
        String flags = format.substring(start, pos);
        int width = number("width too big");
        boolean left = width < 0;
        int precision = -1;
        if (peek() == '.') {
            pos++;
            precision = Math.max(number("precision too big"), 0);
        }
        while (peek() != 0 && "hlL".indexOf(peek()) >= 0) {
            pos++;
        }
        Spec spec = new Spec(left ? flags + "-" : flags, Math.abs(width), precision);
        if (pos >= format.length()) {
            throw PyError.value("incomplete format");
        }
        int type = format.codePointAt(pos);
        pos += Character.charCount(type);
        if (type == '%') {
            out.add(template, pos - 1, pos);
            return;
        }
        Object argumentValue = value == null ? next() : value;
        convert(type, spec, argumentValue);
    }

    private void convert(int type, Spec spec, Object value) {
        switch (type) {
            case 's' -> text(spec, asText(value));
            case 'r' -> text(spec, escaped(Printer.repr(meter, value)));
            case 'a' -> text(spec, escaped(ascii(Printer.repr(meter, value))));
            case 'c' -> text(new Spec(spec.flags(), spec.width(), -1), character(value));
            case 'd', 'i', 'u' -> integer(spec, decimal(value, (char) type), "", 10, false);
            case 'x' -> integer(spec, radixOperand(value, 'x'), "0x", 16, false);
            case 'X' -> integer(spec, radixOperand(value, 'X'), "0X", 16, true);
            case 'o' -> integer(spec, radixOperand(value, 'o'), "0o", 8, false);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> floating(spec, value, (char) type);
            default -> {
                String hex = Integer.toHexString(type);
                String shown = type > 31 && type < 127 ? String.valueOf((char) type) : "?";
                throw PyError.value("unsupported format character '" + shown + "' (0x" + hex + ") at index "
                        + (Text.pointIndex(format, pos) - 1));
            }
        }
    }

    private char peek() {
        return pos < format.length() ? format.charAt(pos) : 0;
    }

    /** A number or {@code *}; 0 if there is none. */
    private int number(String error) {
        if (peek() == '*') {
            pos++;
            Long value = Numbers.smallOrNull(next());
            if (value == null) {
                throw PyError.type("* wants int");
            }
            checkSize(Math.abs(value), error);
            return value.intValue();
        }
        long value = 0;
        while (Literals.isDigit(peek())) {
            value = value * 10 + peek() - '0';
            checkSize(value, error);
            pos++;
        }
        return (int) value;
    }

    private void checkSize(long value, String error) {
        if (value < 0 || value > meter.limits().maxValueLength()) {
            throw PyError.limit(error);
        }
    }

    private Object mapped() {
        if (!(argument instanceof PyDict dict)) {
            throw argument instanceof Undefined undefined
                    ? undefined.error()
                    : PyError.type("format requires a mapping");
        }
        mappingUsed = true;
        int start = ++pos;
        int depth = 1;
        while (depth > 0) {
            if (pos >= format.length()) {
                throw PyError.value("incomplete format key");
            }
            char c = format.charAt(pos++);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        String key = format.substring(start, pos - 1);
        Object value = dict.get(key);
        if (value == null) {
            throw new PyError(TemplateException.Kind.LOOKUP, Printer.quote(key));
        }
        return value;
    }

    private Object next() {
        if (argument instanceof PyTuple tuple) {
            List<Object> items = tuple.items();
            if (nextArgument >= items.size()) {
                throw PyError.type("not enough arguments for format string");
            }
            return items.get(nextArgument++);
        }
        if (nextArgument > 0) {
            throw PyError.type("not enough arguments for format string");
        }
        nextArgument++;
        return argument;
    }

    private Object asText(Object value) {
        return escape ? Markup.escape(meter, value) : Printer.text(meter, value);
    }

    private String escaped(String text) {
        return escape ? Markup.escape(meter, text).text() : text;
    }

    static String ascii(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c < 0x80) {
                out.append((char) c);
            } else {
                out.append(Printer.escape(c));
            }
        });
        return out.toString();
    }

    private static Object character(Object value) {
        if (Types.isString(value)) {
            if (Text.length(Traced.text(value)) == 1) {
                return value;
            }
            throw PyError.type("%c requires int or char");
        }
        if (!Types.isInteger(value)) {
            throw PyError.type("%c requires int or char");
        }
        Long code = Numbers.smallOrNull(value);
        if (code == null || code < 0 || code > Character.MAX_CODE_POINT) {
            throw PyError.arithmetic("%c arg not in range(0x110000)");
        }
        return Character.toString(code.intValue());
    }

    private static BigInteger decimal(Object value, char type) {
        if (value instanceof Double d) {
            return Numbers.big(Numbers.truncate(d));
        }
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isInteger(value)) {
            throw PyError.type("%" + type + " format: a real number is required, not " + Types.name(value));
        }
        return Numbers.big(value);
    }

    private static BigInteger radixOperand(Object value, char type) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isInteger(value)) {
            throw PyError.type("%" + type + " format: an integer is required, not " + Types.name(value));
        }
        return Numbers.big(value);
    }

    private void text(Spec spec, Object value) {
        meter.touch(value);
        Object shown = spec.precision() >= 0 && spec.precision() < Text.length(Traced.text(value))
                ? Text.substring(value, 0, spec.precision())
                : value;
        long missing = Math.max(spec.width() - (long) Text.length(Traced.text(shown)), 0);
        out.add(Text.pad(meter, shown, spec.width(), spec.has('-') ? 0 : missing, " "));
    }

    private void integer(Spec spec, BigInteger value, String prefix, int radix, boolean upper) {
        String digits =
                radix == 10 ? Numbers.decimal(meter, value.abs()) : value.abs().toString(radix);
        if (spec.precision() > digits.length()) {
            meter.length(spec.precision());
            digits = "0".repeat(spec.precision() - digits.length()) + digits;
        }
        String shown = upper ? digits.toUpperCase(Locale.ROOT) : digits;
        number(spec, value.signum() < 0, spec.has('#') ? prefix : "", shown);
    }

    private void floating(Spec spec, Object value, char type) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Double number = Types.isNumber(value) ? Double.valueOf(Numbers.toDouble(value)) : null;
        if (number == null) {
            throw PyError.type("must be real number, not " + Types.name(value));
        }
        int precision = spec.precision() < 0 ? 6 : spec.precision();
        meter.length(precision);
        String digits = unsigned(Math.abs(number), type, precision, spec.has('#'));
        boolean finite = !Double.isNaN(number) && !Double.isInfinite(number);
        Spec padded = finite ? spec : new Spec(spec.flags().replace("0", ""), spec.width(), -1);
        number(padded, !Double.isNaN(number) && Math.copySign(1, number) < 0, "", digits);
    }

    /** A non-negative number in one of the notations {@code e f g}, capitals for {@code E F G}. */
    static String unsigned(double value, char type, int precision, boolean alternate) {
        String text;
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            text = Double.isNaN(value) ? "nan" : "inf";
        } else {
            text = switch (Character.toLowerCase(type)) {
                case 'e' -> Decimals.exponent(value, precision, alternate);
                case 'f' -> Decimals.fixed(value, precision, alternate);
                default -> Decimals.general(value, precision, alternate);
            };
        }
        return Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
    }

    private void number(Spec spec, boolean negative, String prefix, String digits) {
        String sign = negative ? "-" : spec.has('+') ? "+" : spec.has(' ') ? " " : "";
        String head = sign + prefix;
        long missing = spec.width() - (long) head.length() - digits.length();
        if (missing > 0) {
            meter.length(spec.width());
        }
        String padding = missing > 0 ? (spec.has('0') && !spec.has('-') ? "0" : " ").repeat((int) missing) : "";
        if (spec.has('-')) {
            out.plain(head).plain(digits).plain(padding);
        } else if (spec.has('0')) {
            out.plain(head).plain(padding).plain(digits);
        } else {
            out.plain(padding).plain(head).plain(digits);
        }
    }
}
