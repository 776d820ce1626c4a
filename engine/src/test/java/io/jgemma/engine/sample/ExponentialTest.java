package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class ExponentialTest {
    private static final double RELATIVE_ERROR = 0x1p-50;

    @Property(tries = 20_000)
    void isNearTheExactOne(@ForAll @DoubleRange(min = -720, max = 0) double x) {
        double exact = StrictMath.exp(x);
        assertThat(Exponential.of(x)).isCloseTo(exact, within(exact * RELATIVE_ERROR));
    }

    @Test
    void isNearTheExactOneAtEveryStepOfTheExponent() {
        for (int k = 0; k < 1021; k++) {
            for (double part : new double[] {-0.5, -0.5 + 0x1p-40, -0x1p-30, 0, 0x1p-30, 0.5 - 0x1p-40}) {
                double x = Math.min(0, (part - k) * StrictMath.log(2));
                double exact = StrictMath.exp(x);
                assertThat(Exponential.of(x)).isCloseTo(exact, within(exact * RELATIVE_ERROR));
            }
        }
    }

    @Test
    void keepsTheEnds() {
        assertThat(Exponential.of(0)).isEqualTo(1);
        assertThat(Exponential.of(-0.0)).isEqualTo(1);
        assertThat(Exponential.of(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Exponential.of(-1e300)).isZero();
        assertThat(Exponential.of(-740)).isEqualTo(StrictMath.exp(-740)).isPositive();
    }
}
