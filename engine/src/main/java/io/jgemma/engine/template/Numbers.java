package io.jgemma.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's numbers: integers of any size ({@link Long}, beyond it {@link BigInteger}) and doubles. */
final class Numbers {
    private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);
    private static final long EXACT_DOUBLE = 1L << 53;
    private static final MathContext QUOTIENT = new MathContext(60);
    private static final int MAX_DIGITS = 4300;

    /** What printing a float costs, in characters looked at. */
    private static final int FLOAT_WORK = 128;

    /** How often reading a number looks at its characters. */
    private static final int PARSE_PASSES = 4;

    private Numbers() {}

    /** A {@link Long} if it fits. */
    static Number shrink(BigInteger value) {
        return value.compareTo(MIN_LONG) >= 0 && value.compareTo(MAX_LONG) <= 0 ? (Number) value.longValue() : value;
    }

    /** An integer or bool as a big integer. */
    static BigInteger big(Object integer) {
        return switch (integer) {
            case Long l -> BigInteger.valueOf(l);
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            default -> (BigInteger) integer;
        };
    }

    /** The value as a long if it is an integer or bool that fits, else null. */
    static @Nullable Long smallOrNull(Object value) {
        return switch (value) {
            case Long l -> l;
            case Boolean b -> b ? 1L : 0L;
            default -> null;
        };
    }

    /** Any number as a double; {@code OverflowError} as in Python. */
    static double toDouble(Object number) {
        return switch (number) {
            case Double d -> d;
            case Long l -> l;
            case Boolean b -> b ? 1 : 0;
            default -> {
                double d = ((BigInteger) number).doubleValue();
                if (Double.isInfinite(d)) {
                    throw PyError.arithmetic("int too large to convert to float");
                }
                yield d;
            }
        };
    }

    private static Number bounded(Meter meter, BigInteger value) {
        if (value.bitLength() > meter.limits().maxIntegerBits()) {
            throw PyError.limit(
                    "an integer exceeds the limit of " + meter.limits().maxIntegerBits() + " bits");
        }
        meter.work(value.bitLength());
        meter.memory(value.bitLength() / Byte.SIZE);
        return shrink(value);
    }

    static Number add(Meter meter, Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            return toDouble(a) + toDouble(b);
        }
        if (a instanceof Long x && b instanceof Long y && ((x ^ (x + y)) & (y ^ (x + y))) >= 0) {
            return x + y;
        }
        return bounded(meter, big(a).add(big(b)));
    }

    static Number subtract(Meter meter, Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            return toDouble(a) - toDouble(b);
        }
        return bounded(meter, big(a).subtract(big(b)));
    }

    static Number multiply(Meter meter, Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            return toDouble(a) * toDouble(b);
        }
        BigInteger x = big(a);
        BigInteger y = big(b);
        meter.work((long) x.bitLength() * y.bitLength() / Long.SIZE);
        return bounded(meter, x.multiply(y));
    }

    static Number divide(Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            double divisor = toDouble(b);
            if (divisor == 0) {
                throw PyError.arithmetic("float division by zero");
            }
            return toDouble(a) / divisor;
        }
        BigInteger divisor = big(b);
        if (divisor.signum() == 0) {
            throw PyError.arithmetic("division by zero");
        }
        Long x = smallOrNull(a);
        Long y = smallOrNull(b);
        if (x != null && y != null && Math.abs(x) <= EXACT_DOUBLE && Math.abs(y) <= EXACT_DOUBLE) {
            return (double) x / y;
        }
        double quotient =
                new BigDecimal(big(a)).divide(new BigDecimal(divisor), QUOTIENT).doubleValue();
        if (Double.isInfinite(quotient)) {
            throw PyError.arithmetic("integer division result too large for a float");
        }
        return quotient;
    }

    static Number floorDivide(Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            return floatDivMod(toDouble(a), toDouble(b), "float floor division by zero")[0];
        }
        return shrink(floorDivMod(big(a), big(b), "integer division or modulo by zero")[0]);
    }

    static Number modulo(Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            return floatDivMod(toDouble(a), toDouble(b), "float modulo")[1];
        }
        return shrink(floorDivMod(big(a), big(b), "integer modulo by zero")[1]);
    }

    /** Quotient rounded down, and the remainder, which has the sign of the divisor. */
    private static BigInteger[] floorDivMod(BigInteger a, BigInteger b, String zeroError) {
        if (b.signum() == 0) {
            throw PyError.arithmetic(zeroError);
        }
        BigInteger[] result = a.divideAndRemainder(b);
        if (result[1].signum() != 0 && result[1].signum() != b.signum()) {
            result[0] = result[0].subtract(BigInteger.ONE);
            result[1] = result[1].add(b);
        }
        return result;
    }

    private static double[] floatDivMod(double a, double b, String zeroError) {
        if (b == 0) {
            throw PyError.arithmetic(zeroError);
        }
        double remainder = a % b;
        double quotient = (a - remainder) / b;
        if (remainder != 0) {
            if (b < 0 != remainder < 0) {
                remainder += b;
                quotient -= 1;
            }
        } else {
            remainder = Math.copySign(0.0, b);
        }
        if (quotient == 0) {
            return new double[] {Math.copySign(0.0, a / b), remainder};
        }
        double floor = Math.floor(quotient);
        return new double[] {quotient - floor > 0.5 ? floor + 1 : floor, remainder};
    }

    static Number power(Meter meter, Object a, Object b) {
        if (Types.isInteger(a) && Types.isInteger(b) && big(b).signum() >= 0) {
            BigInteger base = big(a);
            BigInteger exponent = big(b);
            long magnitude = base.abs().subtract(BigInteger.ONE).signum() <= 0 ? 0 : base.bitLength() - 1L;
            boolean small = exponent.bitLength() <= Integer.SIZE - 2;
            if (magnitude > 0
                    && (!small
                            || magnitude * exponent.intValue() > meter.limits().maxIntegerBits())) {
                throw PyError.limit(
                        "a power exceeds the limit of " + meter.limits().maxIntegerBits() + " bits");
            }
            int power = small ? exponent.intValue() : exponent.testBit(0) ? 1 : 2;
            if (magnitude == 0) {
                power = Math.min(power, 2 + (power & 1));
            }
            return bounded(meter, base.pow(power));
        }
        double base = toDouble(a);
        double exponent = toDouble(b);
        if (base == 0 && exponent < 0) {
            throw PyError.arithmetic("0.0 cannot be raised to a negative power");
        }
        if (base < 0 && exponent != Math.rint(exponent)) {
            throw PyError.type("complex numbers are not supported in templates");
        }
        double result = base == 1 ? 1 : Math.pow(base, exponent);
        if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
            throw PyError.arithmetic("(34, 'Numerical result out of range')");
        }
        return result;
    }

    static Number negate(Object a) {
        return a instanceof Double d ? (Number) (-d) : shrink(big(a).negate());
    }

    /** Exact comparison of two numbers that are not NaN. */
    static int compare(Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        if (a instanceof Double x && b instanceof Double y) {
            return x < y ? -1 : x > y ? 1 : 0;
        }
        if (a instanceof Double x) {
            return Double.isInfinite(x) ? (x > 0 ? 1 : -1) : new BigDecimal(x).compareTo(new BigDecimal(big(b)));
        }
        if (b instanceof Double) {
            return -compare(b, a);
        }
        return big(a).compareTo(big(b));
    }

    static boolean isNan(Object value) {
        return value instanceof Double d && Double.isNaN(d);
    }

    /** Cuts off the fraction, as {@code int(value)}. */
    static Number truncate(double value) {
        if (Double.isNaN(value)) {
            throw PyError.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw PyError.arithmetic("cannot convert float infinity to integer");
        }
        return shrink(new BigDecimal(value).toBigInteger());
    }

    /** {@code int(text, base)}, or null if the text is not a number in that base. */
    static @Nullable Number parseInteger(Meter meter, String text, int base) {
        meter.work(PARSE_PASSES * (long) text.length());
        String s = Text.strip(text, null, true, true);
        boolean negative = s.startsWith("-");
        if (negative || s.startsWith("+")) {
            s = s.substring(1);
        }
        String lower = s.toLowerCase(Locale.ROOT);
        int radix = base;
        int prefixed = lower.startsWith("0x") ? 16 : lower.startsWith("0o") ? 8 : lower.startsWith("0b") ? 2 : 0;
        if (prefixed != 0 && (base == 0 || base == prefixed)) {
            radix = prefixed;
            s = s.substring(s.startsWith("_", 2) ? 3 : 2);
        } else if (base == 0) {
            radix = 10;
            if (s.startsWith("0") && !Text.strip(s, "0_", true, true).isEmpty()) {
                return null;
            }
        }
        if (radix < 2 || radix > 36 || s.startsWith("_") || s.endsWith("_") || s.contains("__")) {
            return null;
        }
        String digits = s.replace("_", "");
        int finalRadix = radix;
        if (!Text.all(digits, c -> Character.digit(c, finalRadix) >= 0)) {
            return null;
        }
        if (digits.length() > MAX_DIGITS) {
            throw PyError.value("Exceeds the limit (4300 digits) for integer string conversion: value has "
                    + digits.length() + " digits; use sys.set_int_max_str_digits() to increase the limit");
        }
        int bits = digits.length() * Integer.SIZE / Byte.SIZE;
        meter.integers(bits, bits);
        BigInteger value = new BigInteger(digits, radix);
        return shrink(negative ? value.negate() : value);
    }

    /** {@code float(text)}, or null if the text is not a number. */
    static @Nullable Double parseFloat(Meter meter, String text) {
        meter.work(PARSE_PASSES * (long) text.length());
        String s = Text.strip(text, null, true, true).toLowerCase(Locale.ROOT);
        String unsigned = s.startsWith("-") || s.startsWith("+") ? s.substring(1) : s;
        double sign = s.startsWith("-") ? -1 : 1;
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            return sign * Double.POSITIVE_INFINITY;
        }
        if (unsigned.equals("nan")) {
            return Double.NaN;
        }
        int length = floatSyntaxEnd(unsigned);
        return length != unsigned.length() || length == 0
                ? null
                : (Double) (sign * Double.parseDouble(unsigned.replace("_", "")));
    }

    /** End of {@code digits [. digits] [e digits]} with at least one digit before the exponent. */
    private static int floatSyntaxEnd(String s) {
        int whole = digits(s, 0);
        int at = whole;
        boolean any = whole > 0;
        if (at < s.length() && s.charAt(at) == '.') {
            int fraction = digits(s, at + 1);
            any |= fraction > at + 1;
            at = fraction;
        }
        if (!any) {
            return 0;
        }
        if (at < s.length() && s.charAt(at) == 'e') {
            int start = at + 1;
            if (start < s.length() && (s.charAt(start) == '+' || s.charAt(start) == '-')) {
                start++;
            }
            int exponent = digits(s, start);
            at = exponent > start ? exponent : at;
        }
        return at;
    }

    private static int digits(String s, int start) {
        int i = start;
        while (i < s.length() && (Literals.isDigit(s.charAt(i)) || joinsDigits(s, i, start))) {
            i++;
        }
        return i;
    }

    /** An underscore between two digits. */
    private static boolean joinsDigits(String s, int at, int start) {
        return s.charAt(at) == '_'
                && at > start
                && Literals.isDigit(s.charAt(at - 1))
                && at + 1 < s.length()
                && Literals.isDigit(s.charAt(at + 1));
    }

    /** An integer in decimal; Python refuses more than 4300 digits. */
    static String decimal(Meter meter, Object integer) {
        if (integer instanceof Long l) {
            return Long.toString(l);
        }
        meter.integers(big(integer).bitLength(), big(integer).bitLength());
        String text = big(integer).toString();
        if (text.length() - (text.startsWith("-") ? 1 : 0) > MAX_DIGITS) {
            throw PyError.value("Exceeds the limit (4300 digits) for integer string conversion; "
                    + "use sys.set_int_max_str_digits() to increase the limit");
        }
        return text;
    }

    /** As {@link #repr(double)}, charged. */
    static String repr(Meter meter, double value) {
        meter.work(FLOAT_WORK);
        return repr(value);
    }

    /** {@code repr} of a float: the shortest digits that read back as the same value. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String sign = Math.copySign(1, value) < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal decimal = shortest(Math.abs(value));
        String digits = decimal.unscaledValue().toString();
        int exponent = digits.length() - decimal.scale() - 1;
        if (exponent < -4 || exponent >= 16) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + exponentSuffix(exponent);
        }
        String plain = decimal.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    /** Java gives at least two digits, also where one would do. */
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            BigDecimal shorter = decimal.round(new MathContext(1));
            if (shorter.doubleValue() == value) {
                return shorter.stripTrailingZeros();
            }
        }
        return decimal;
    }

    /** {@code e+05}: a sign and at least two digits. */
    static String exponentSuffix(int exponent) {
        String digits = Integer.toString(Math.abs(exponent));
        return (exponent < 0 ? "e-" : "e+") + (digits.length() < 2 ? "0" + digits : digits);
    }
}
