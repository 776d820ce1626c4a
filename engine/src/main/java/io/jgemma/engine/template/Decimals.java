package io.jgemma.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Doubles in fixed, exponent and general notation, rounded half to even on their exact value as C's printf does. */
final class Decimals {
    /** A double has no more decimals, and no more digits, than this; what is asked for beyond are zeros. */
    private static final int MOST_DIGITS = 1100;

    private Decimals() {}

    /** {@code %.{precision}f} of a finite, non-negative value. */
    static String fixed(double value, int precision, boolean alternate) {
        int exact = Math.min(precision, MOST_DIGITS);
        String text =
                new BigDecimal(value).setScale(exact, RoundingMode.HALF_EVEN).toPlainString()
                        + "0".repeat(precision - exact);
        return alternate && precision == 0 ? text + "." : text;
    }

    /** {@code %.{precision}e} of a finite, non-negative value. */
    static String exponent(double value, int precision, boolean alternate) {
        if (value == 0) {
            return mantissa("0".repeat(precision + 1), alternate) + "e+00";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = digits(rounded, precision + 1);
        return mantissa(digits, alternate) + Numbers.exponentSuffix(rounded.precision() - rounded.scale() - 1);
    }

    /** {@code %.{precision}g} of a finite, non-negative value. */
    static String general(double value, int precision, boolean alternate) {
        int significant = Math.clamp(precision, 1, MOST_DIGITS);
        if (alternate && precision > significant) {
            String text = general(value, significant, true);
            int mantissaEnd = text.indexOf('e') < 0 ? text.length() : text.indexOf('e');
            return text.substring(0, mantissaEnd) + "0".repeat(precision - significant) + text.substring(mantissaEnd);
        }
        if (value == 0) {
            return alternate ? mantissa("0".repeat(significant), true) : "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(significant, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String digits = digits(rounded, significant);
        if (exponent >= -4 && exponent < significant) {
            String text = new BigDecimal(new BigInteger(digits), significant - 1 - exponent).toPlainString();
            return alternate ? withPoint(text) : withoutTrailingZeros(text);
        }
        String mantissa = mantissa(digits, alternate);
        return (alternate ? mantissa : withoutTrailingZeros(mantissa)) + Numbers.exponentSuffix(exponent);
    }

    private static String digits(BigDecimal rounded, int count) {
        String digits = rounded.unscaledValue().toString();
        return digits + "0".repeat(Math.max(count - digits.length(), 0));
    }

    private static String mantissa(String digits, boolean alternate) {
        return digits.length() == 1
                ? (alternate ? digits + "." : digits)
                : digits.charAt(0) + "." + digits.substring(1);
    }

    private static String withPoint(String text) {
        return text.indexOf('.') < 0 ? text + "." : text;
    }

    private static String withoutTrailingZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        String stripped = Text.strip(text, "0", false, true);
        return stripped.endsWith(".") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
