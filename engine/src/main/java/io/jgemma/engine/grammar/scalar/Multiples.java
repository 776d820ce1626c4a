package io.jgemma.engine.grammar.scalar;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Machine;
import org.jspecify.annotations.Nullable;

/**
 * Decimal numbers without a sign that are multiples of {@code divisor / 10^scale}.
 *
 * @param remainder what was read, without its point, modulo the divisor
 * @param behind digits read behind the point; -1 = before the point
 */
record Multiples(long divisor, int scale, long remainder, int behind) implements Machine {

    @Override
    public @Nullable Machine step(int value) {
        if (value == '.') {
            return behind >= 0 ? null : new Multiples(divisor, scale, remainder, 0);
        }
        if (value < '0' || value > '9') {
            return null;
        }
        if (behind == scale) {
            return value == '0' ? this : null;
        }
        long next = (remainder * 10 + (value - '0')) % divisor;
        return new Multiples(divisor, scale, next, behind < 0 ? behind : behind + 1);
    }

    @Override
    public boolean accepts() {
        long value = remainder;
        for (int i = Math.max(behind, 0); i < scale; i++) {
            value = value * 10 % divisor;
        }
        return value == 0;
    }

    @Override
    public ByteSet alphabet() {
        return ByteSet.range('0', '9').or(ByteSet.of('.'));
    }
}
