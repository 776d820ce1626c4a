package io.jgemma.engine.grammar.scalar;

import java.math.BigDecimal;

/** What is asked of a number. */
public sealed interface NumberFact {

    /** At least so much, or more. */
    record AtLeast(BigDecimal bound, boolean exclusive) implements NumberFact {}

    /** At most so much, or less. */
    record AtMost(BigDecimal bound, boolean exclusive) implements NumberFact {}

    /** A multiple, or none; of 1: an integer. */
    record Multiple(BigDecimal divisor, boolean positive) implements NumberFact {}

    /** Whether it is true of a number. */
    default boolean holds(BigDecimal value) {
        return switch (this) {
            case AtLeast(BigDecimal bound, boolean exclusive) -> value.compareTo(bound) >= (exclusive ? 1 : 0);
            case AtMost(BigDecimal bound, boolean exclusive) -> value.compareTo(bound) <= (exclusive ? -1 : 0);
            case Multiple(BigDecimal divisor, boolean positive) ->
                (value.remainder(divisor).signum() == 0) == positive;
        };
    }
}
