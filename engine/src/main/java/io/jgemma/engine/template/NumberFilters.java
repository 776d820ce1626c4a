package io.jgemma.engine.template;

import io.jgemma.engine.template.Filters.Filter;
import io.jgemma.engine.template.TemplateException.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that make numbers. */
final class NumberFilters {
    private static final int MAX_PRECISION = 400;

    private NumberFilters() {}

    static void addTo(Map<String, Filter> filters) {
        filters.put("abs", Filters.bound("abs", "x", (in, a) -> absolute(a[0])));
        filters.put("int", Filters.bound("int", "value default? base?", NumberFilters::integer));
        filters.put("float", Filters.bound("float", "value default?", NumberFilters::floating));
        filters.put("round", Filters.bound("round", "value precision? method?", NumberFilters::round));
        filters.put("filesizeformat", Filters.bound("filesizeformat", "value binary?", NumberFilters::fileSize));
    }

    private static Object absolute(Object value) {
        if (value instanceof Double d) {
            return Math.abs(d);
        }
        if (!Types.isInteger(value)) {
            throw PyError.type("bad operand type for abs(): '" + Types.name(value) + "'");
        }
        return Numbers.shrink(Numbers.big(value).abs());
    }

    /** The value as Python's {@code int()} takes it without a base; null where that raises a type or value error. */
    private static @Nullable Number integerOrNull(Interpreter in, Object value, int base) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (Types.isString(value)) {
            return Numbers.parseInteger(in.meter(), Printer.str(in.meter(), value), base);
        }
        if (Types.isInteger(value)) {
            return Numbers.shrink(Numbers.big(value));
        }
        return value instanceof Double d && !Double.isNaN(d) ? Numbers.truncate(d) : null;
    }

    private static Object integer(Interpreter in, Object[] a) {
        Object base = Filters.or(a[2], 10L);
        Long radix = Numbers.smallOrNull(base);
        if (radix == null) {
            throw PyError.type("'" + Types.name(base) + "' object cannot be interpreted as an integer");
        }
        Number whole = null;
        if (radix == 0 || (radix >= 2 && radix <= 36)) {
            try {
                whole = integerOrNull(in, a[0], radix.intValue());
            } catch (PyError e) {
                if (e.kind() != Kind.VALUE) {
                    throw e;
                }
            }
        }
        if (whole != null) {
            return whole;
        }
        Double number = floatOrNull(in, a[0]);
        if (number == null || Double.isNaN(number) || Double.isInfinite(number)) {
            return Filters.or(a[1], 0L);
        }
        return Numbers.truncate(number);
    }

    private static @Nullable Double floatOrNull(Interpreter in, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (Types.isNumber(value)) {
            return Numbers.toDouble(value);
        }
        return Types.isString(value) ? Numbers.parseFloat(in.meter(), Printer.str(in.meter(), value)) : null;
    }

    private static Object floating(Interpreter in, Object[] a) {
        Double number = floatOrNull(in, a[0]);
        return number == null ? Filters.or(a[1], 0.0) : number;
    }

    private static Object round(Interpreter in, Object[] a) {
        Object precision = Filters.or(a[1], 0L);
        Object method = Filters.or(a[2], "common");
        if (Types.isText(method, "common")) {
            return roundHalfEven(a[0], precision);
        }
        if (!Types.isText(method, "ceil") && !Types.isText(method, "floor")) {
            throw Filters.argumentError("method must be common, ceil or floor");
        }
        Object power = Numbers.power(in.meter(), 10L, number(precision));
        Object scaled = Arithmetic.binary(in.meter(), "*", a[0], power);
        number(scaled);
        Object whole = scaled;
        if (scaled instanceof Double d) {
            whole = Numbers.truncate(Types.isText(method, "ceil") ? Math.ceil(d) : Math.floor(d));
        }
        return Numbers.divide(whole, power);
    }

    private static Object number(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isNumber(value)) {
            throw PyError.type("must be real number, not " + Types.name(value));
        }
        return value;
    }

    private static Object roundHalfEven(Object value, Object precision) {
        if (!Types.isNumber(value)) {
            throw PyError.type("type " + Types.name(value) + " doesn't define __round__ method");
        }
        if (precision == Special.NONE) {
            return value instanceof Double d ? Numbers.truncate(Math.rint(d)) : Numbers.shrink(Numbers.big(value));
        }
        int places = (int) Math.max(Math.min(Helpers.index(precision), MAX_PRECISION), -MAX_PRECISION);
        if (value instanceof Double d) {
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                return d;
            }
            double rounded =
                    new BigDecimal(d).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
            return Math.copySign(rounded, d);
        }
        BigInteger whole = Numbers.big(value);
        return places >= 0
                ? Numbers.shrink(whole)
                : Numbers.shrink(new BigDecimal(whole)
                        .setScale(places, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }

    private static Object fileSize(Interpreter in, Object[] a) {
        Double bytes = floatOrNull(in, a[0]);
        if (bytes == null && !Types.isString(a[0])) {
            throw PyError.type("float() argument must be a string or a real number, not '" + Types.name(a[0]) + "'");
        }
        if (bytes == null) {
            throw PyError.value("could not convert string to float: " + Printer.shortRepr(a[0]));
        }
        boolean binary = Filters.flag(a[1]);
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return Numbers.truncate(bytes) + " Bytes";
        }
        String letters = binary ? "KMGTPEZY" : "kMGTPEZY";
        double unit = base;
        int index = 0;
        while (index < letters.length() - 1 && bytes >= unit * base) {
            unit *= base;
            index++;
        }
        String number = PercentFormat.unsigned(base * bytes / (unit * base), 'f', 1, false);
        return String.format(Locale.ROOT, "%s %s%s", number, letters.charAt(index), binary ? "iB" : "B");
    }
}
