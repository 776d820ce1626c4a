package io.jgemma.engine.grammar.scalar;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Decimal numbers that satisfy a fact. They are to be intersected with the numbers as JSON writes them, without exponents:
 * here it does not matter what other texts belong to the language.
 */
public final class NumberBounds {
    private static final int MAX_SCALE = 100;
    private static final BigDecimal MAX_DIVISOR = new BigDecimal(Long.MAX_VALUE / 16);

    private final RegexStore store;
    private final Regex minus;
    private final Regex positive;

    /** Makes expressions of a store. */
    public NumberBounds(RegexStore store) {
        this.store = store;
        minus = store.bytes(ByteSet.of('-'));
        positive = store.or(
                store.epsilon(), store.concat(store.bytes(ByteSet.ALL.minus(ByteSet.of('-'))), store.everything()));
    }

    /** Numbers of which a fact is true. */
    public Regex of(NumberFact fact) {
        return switch (fact) {
            case NumberFact.AtLeast(BigDecimal bound, boolean exclusive) -> {
                int allowed = Magnitude.MORE | (exclusive ? 0 : Magnitude.SAME);
                yield bound.signum() > 0 || (bound.signum() == 0 && exclusive)
                        ? magnitude(bound, allowed)
                        : store.or(positive, negative(bound.negate(), mirrored(allowed)));
            }
            case NumberFact.AtMost(BigDecimal bound, boolean exclusive) -> {
                int allowed = Magnitude.LESS | (exclusive ? 0 : Magnitude.SAME);
                yield bound.signum() > 0
                        ? store.or(store.concat(minus, store.everything()), magnitude(bound, allowed))
                        : atMost(bound, exclusive, allowed);
            }
            case NumberFact.Multiple(BigDecimal divisor, boolean wanted) -> {
                Regex multiples = multiples(divisor);
                yield wanted ? multiples : store.not(multiples);
            }
        };
    }

    /** At most a bound that is not above 0. */
    private Regex atMost(BigDecimal bound, boolean exclusive, int allowed) {
        Regex below = negative(bound.negate(), mirrored(allowed));
        return bound.signum() == 0 && !exclusive ? store.or(below, magnitude(bound, Magnitude.SAME)) : below;
    }

    /** Numbers equal to a value. */
    public Regex equal(BigDecimal value) {
        if (value.signum() == 0) {
            return store.or(magnitude(value, Magnitude.SAME), negative(value, Magnitude.SAME));
        }
        return value.signum() > 0 ? magnitude(value, Magnitude.SAME) : negative(value.negate(), Magnitude.SAME);
    }

    private static int mirrored(int allowed) {
        return (allowed & Magnitude.SAME)
                | ((allowed & Magnitude.MORE) != 0 ? Magnitude.LESS : 0)
                | ((allowed & Magnitude.LESS) != 0 ? Magnitude.MORE : 0);
    }

    private Regex magnitude(BigDecimal bound, int allowed) {
        return store.machine(Magnitude.of(bound, allowed));
    }

    private Regex negative(BigDecimal bound, int allowed) {
        return store.concat(minus, magnitude(bound, allowed));
    }

    /** Whether multiples of a number can be told. */
    public static boolean supports(BigDecimal divisor) {
        BigDecimal plain = divisor.stripTrailingZeros();
        return plain.scale() <= MAX_SCALE
                && plain.precision() - plain.scale() <= MAX_SCALE
                && plain.movePointRight(Math.max(plain.scale(), 0)).compareTo(MAX_DIVISOR) <= 0;
    }

    /** The least number of which both are divisors. */
    public static BigDecimal leastCommonMultiple(BigDecimal a, BigDecimal b) {
        int scale = Math.max(Math.max(a.scale(), b.scale()), 0);
        BigInteger first = a.movePointRight(scale).toBigIntegerExact();
        BigInteger second = b.movePointRight(scale).toBigIntegerExact();
        return new BigDecimal(first.divide(first.gcd(second)).multiply(second), scale);
    }

    private Regex multiples(BigDecimal divisor) {
        BigDecimal plain = divisor.stripTrailingZeros();
        int scale = Math.max(plain.scale(), 0);
        BigDecimal whole = plain.movePointRight(scale);
        Regex unsigned = store.machine(new Multiples(whole.longValueExact(), scale, 0, -1));
        return store.or(unsigned, store.concat(minus, unsigned));
    }
}
