package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Python's format specification, {@code [[fill]align][sign][z][#][0][width][grouping][.precision][type]}.
 *
 * @param fill the padding character
 * @param align one of {@code < > = ^}, or 0 for the type's own
 * @param sign one of {@code + -} and space
 * @param alternate whether {@code #} was given
 * @param width least length
 * @param grouping {@code ,} or {@code _}, or 0
 * @param precision -1 if not given
 * @param type the presentation type, 0 if not given
 */
record FormatSpec(
        String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {

    static FormatSpec parse(Meter meter, String spec, String typeName) {
        int pos = 0;
        String fill = " ";
        char align = 0;
        int first = spec.isEmpty() ? 0 : Character.charCount(spec.codePointAt(0));
        if (first > 0 && spec.length() > first && "<>=^".indexOf(spec.charAt(first)) >= 0) {
            fill = spec.substring(0, first);
            align = spec.charAt(first);
            pos = first + 1;
        } else if (first > 0 && "<>=^".indexOf(spec.charAt(0)) >= 0) {
            align = spec.charAt(0);
            pos = 1;
        }
        char sign = '-';
        if (pos < spec.length() && "+- ".indexOf(spec.charAt(pos)) >= 0) {
            sign = spec.charAt(pos++);
        }
        if (pos < spec.length() && spec.charAt(pos) == 'z') {
            pos++;
        }
        boolean alternate = pos < spec.length() && spec.charAt(pos) == '#';
        pos += alternate ? 1 : 0;
        if (pos < spec.length() && spec.charAt(pos) == '0') {
            if (align == 0) {
                fill = "0";
                align = typeName.equals("str") ? '<' : '=';
            }
            pos++;
        }
        int widthEnd = digitsEnd(spec, pos);
        int width = number(meter, spec.substring(pos, widthEnd));
        pos = widthEnd;
        char grouping = 0;
        if (pos < spec.length() && (spec.charAt(pos) == ',' || spec.charAt(pos) == '_')) {
            grouping = spec.charAt(pos++);
        }
        int precision = -1;
        if (pos < spec.length() && spec.charAt(pos) == '.') {
            int end = digitsEnd(spec, pos + 1);
            if (end == pos + 1) {
                throw PyError.value("Format specifier missing precision");
            }
            precision = number(meter, spec.substring(pos + 1, end));
            pos = end;
        }
        char type = pos < spec.length() ? spec.charAt(pos++) : 0;
        if (pos < spec.length()) {
            throw PyError.value("Invalid format specifier '" + spec + "' for object of type '" + typeName + "'");
        }
        return new FormatSpec(fill, align, sign, alternate, width, grouping, precision, type);
    }

    private static int digitsEnd(String spec, int start) {
        int i = start;
        while (i < spec.length() && Literals.isDigit(spec.charAt(i))) {
            i++;
        }
        return i;
    }

    private static int number(Meter meter, String digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            value = value * 10 + digits.charAt(i) - '0';
            meter.limit(value);
        }
        return (int) value;
    }

    /** {@code format(value, spec)}. */
    static Object format(Meter meter, Object value, String spec) {
        if (spec.isEmpty()) {
            return Printer.text(meter, value);
        }
        String typeName = Types.name(value);
        if (Types.isString(value)) {
            return parse(meter, spec, typeName).string(meter, Printer.text(meter, value));
        }
        if (Types.isInteger(value)) {
            return parse(meter, spec, typeName).integer(meter, Numbers.big(value), typeName);
        }
        if (value instanceof Double d) {
            return parse(meter, spec, typeName).floating(meter, d, typeName);
        }
        throw PyError.type("unsupported format string passed to " + typeName + ".__format__");
    }

    private Object string(Meter meter, Object text) {
        if (type != 0 && type != 's') {
            throw unknownCode("str");
        }
        if (align == '=') {
            throw PyError.value("'=' alignment not allowed in string format specifier");
        }
        if (sign != '-') {
            throw PyError.value("Sign not allowed in string format specifier");
        }
        if (alternate) {
            throw PyError.value("Alternate form (#) not allowed in string format specifier");
        }
        if (grouping != 0) {
            throw PyError.value("Cannot specify '" + grouping + "' with 's'.");
        }
        meter.touch(text);
        boolean tooLong = precision >= 0 && precision < Text.length(Traced.text(text));
        Object cut = tooLong ? Text.substring(text, 0, precision) : text;
        return padded(meter, cut, '<');
    }

    private PyError unknownCode(String typeName) {
        return PyError.value("Unknown format code '" + type + "' for object of type '" + typeName + "'");
    }

    private Object integer(Meter meter, BigInteger value, String typeName) {
        if (type != 0 && "eEfFgG%".indexOf(type) >= 0) {
            return floating(meter, Numbers.toDouble(value), typeName);
        }
        if (precision >= 0) {
            throw PyError.value("Precision not allowed in integer format specifier");
        }
        BigInteger magnitude = value.abs();
        String digits;
        String prefix = "";
        int group = 3;
        switch (type) {
            case 0, 'd', 'n' -> digits = Numbers.decimal(meter, magnitude);
            case 'x', 'X' -> {
                digits = magnitude.toString(16);
                prefix = "0x";
                group = 4;
            }
            case 'o' -> {
                digits = magnitude.toString(8);
                prefix = "0o";
                group = 4;
            }
            case 'b' -> {
                digits = magnitude.toString(2);
                prefix = "0b";
                group = 4;
            }
            case 'c' -> {
                if (value.signum() < 0 || value.bitLength() > 21 || value.intValue() > Character.MAX_CODE_POINT) {
                    throw PyError.arithmetic("%c arg not in range(0x110000)");
                }
                return padded(meter, Character.toString(value.intValue()), '<');
            }
            default -> throw unknownCode(typeName);
        }
        String shownPrefix = alternate ? prefix : "";
        if (type == 'X') {
            digits = digits.toUpperCase(Locale.ROOT);
            shownPrefix = shownPrefix.toUpperCase(Locale.ROOT);
        }
        return number(meter, value.signum() < 0, shownPrefix, digits, "", group);
    }

    private Object floating(Meter meter, double value, String typeName) {
        if (type != 0 && "eEfFgGn%".indexOf(type) < 0) {
            throw unknownCode(typeName);
        }
        double magnitude = Math.abs(value);
        boolean finite = !Double.isNaN(value) && !Double.isInfinite(value);
        meter.length(Math.max(precision, 0));
        String text;
        if (type == 0 && precision < 0) {
            text = Numbers.repr(meter, magnitude);
        } else if (type == 0) {
            text = shortGeneral(magnitude, finite);
        } else if (type == '%') {
            text = PercentFormat.unsigned(magnitude * 100, 'f', precision < 0 ? 6 : precision, alternate) + "%";
        } else {
            char notation = type == 'n' ? 'g' : type;
            text = PercentFormat.unsigned(magnitude, notation, precision < 0 ? 6 : precision, alternate);
        }
        int whole = 0;
        while (whole < text.length() && Literals.isDigit(text.charAt(whole))) {
            whole++;
        }
        boolean negative = !Double.isNaN(value) && Math.copySign(1, value) < 0;
        return number(meter, negative, "", text.substring(0, whole), text.substring(whole), 3);
    }

    /** As general notation, but with at least one digit behind the point. */
    private String shortGeneral(double magnitude, boolean finite) {
        String text = PercentFormat.unsigned(magnitude, 'g', precision, alternate);
        int digits = Math.max(precision, 1);
        if (!finite || text.indexOf('.') >= 0 || text.indexOf('e') >= 0) {
            return text;
        }
        return text.length() >= digits && magnitude != 0
                ? PercentFormat.unsigned(magnitude, 'e', digits - 1, alternate)
                : text + ".0";
    }

    private Object number(Meter meter, boolean negative, String prefix, String whole, String rest, int group) {
        String head = (negative ? "-" : sign == '-' ? "" : String.valueOf(sign)) + prefix;
        boolean zeroPadded = align == '=' && fill.equals("0");
        String digits = whole;
        if (grouping != 0) {
            int room = zeroPadded ? width - head.length() - rest.length() : 0;
            meter.length(Math.max(room, 0));
            digits = grouped(whole, group, room);
        }
        String body = digits + rest;
        if (align == '=') {
            long missing = Math.max(width - (long) head.length() - Text.length(body), 0);
            meter.length(missing);
            return head + fill.repeat((int) missing) + body;
        }
        return padded(meter, head + body, '>');
    }

    /** Groups digits from the right, with zeros in front up to {@code room} characters. */
    private String grouped(String digits, int group, int room) {
        StringBuilder reversed = new StringBuilder();
        int taken = 0;
        for (int i = digits.length() - 1; i >= 0 || reversed.length() < room; i--) {
            if (taken > 0 && taken % group == 0) {
                reversed.append(grouping);
            }
            reversed.append(i >= 0 ? digits.charAt(i) : '0');
            taken++;
        }
        return reversed.reverse().toString();
    }

    private Object padded(Meter meter, Object text, char ownAlign) {
        long missing = Math.max(width - (long) Text.length(Traced.text(text)), 0);
        long left = switch (align == 0 ? ownAlign : align) {
            case '<' -> 0;
            case '^' -> missing / 2;
            default -> missing;
        };
        return Text.pad(meter, text, width, left, fill);
    }

    /** The value's text if the conversion asks for one: {@code !s}, {@code !r} or {@code !a}. */
    static Object convert(Meter meter, Object value, @Nullable Character conversion) {
        if (conversion == null) {
            return value;
        }
        return switch (conversion) {
            case 's' -> Printer.str(meter, value);
            case 'r' -> Printer.repr(meter, value);
            case 'a' -> PercentFormat.ascii(Printer.repr(meter, value));
            default -> throw PyError.value("Unknown conversion specifier " + conversion);
        };
    }
}
