package io.jgemma.engine.grammar.scalar;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Machine;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Compares a decimal number without a sign with a bound, digit by digit.
 *
 * @param whole digits of the bound before its point
 * @param fraction digits of the bound behind its point, without zeros at the end
 * @param allowed which results are accepted: {@link #LESS}, {@link #SAME}, {@link #MORE}
 * @param read digits read before the point, or behind it
 * @param result comparison of what was read with as many digits of the bound: -1, 0, 1
 * @param inFraction whether the point has been read
 */
record Magnitude(String whole, String fraction, int allowed, int read, int result, boolean inFraction)
        implements Machine {
    static final int LESS = 1;
    static final int SAME = 2;
    static final int MORE = 4;

    static Magnitude of(BigDecimal bound, int allowed) {
        String digits = bound.signum() == 0 ? "0" : bound.stripTrailingZeros().toPlainString();
        int point = digits.indexOf('.');
        return point < 0
                ? new Magnitude(digits, "", allowed, 0, 0, false)
                : new Magnitude(digits.substring(0, point), digits.substring(point + 1), allowed, 0, 0, false);
    }

    @Override
    public @Nullable Machine step(int value) {
        if (value == '.') {
            return inFraction || read == 0 ? null : new Magnitude(whole, fraction, allowed, 0, compareWhole(), true);
        }
        if (value < '0' || value > '9') {
            return null;
        }
        return inFraction ? stepFraction(value) : stepWhole(value);
    }

    private Machine stepWhole(int digit) {
        if (read >= whole.length()) {
            return new Magnitude(whole, fraction, allowed, whole.length() + 1, 1, false);
        }
        int next = result != 0 ? result : Integer.compare(digit, whole.charAt(read));
        return new Magnitude(whole, fraction, allowed, read + 1, next, false);
    }

    private Machine stepFraction(int digit) {
        int expected = read < fraction.length() ? fraction.charAt(read) : '0';
        int next = result != 0 ? result : Integer.compare(digit, expected);
        return new Magnitude(
                whole, fraction, allowed, next != 0 ? 0 : Math.min(read + 1, fraction.length()), next, true);
    }

    private int compareWhole() {
        return read != whole.length() ? Integer.compare(read, whole.length()) : result;
    }

    @Override
    public boolean accepts() {
        int compared = inFraction ? result : compareWhole();
        int missing = inFraction ? fraction.length() - read : fraction.length();
        if (compared == 0 && missing > 0) {
            compared = -1;
        }
        int bit = compared < 0 ? LESS : compared == 0 ? SAME : MORE;
        return (inFraction || read > 0) && (allowed & bit) != 0;
    }

    @Override
    public ByteSet alphabet() {
        return ByteSet.range('0', '9').or(ByteSet.of('.'));
    }
}
