package io.jgemma.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchSamplesTest {

    @Test
    void averagesSpeedsNotTimes() {
        BenchSamples samples = new BenchSamples(100, List.of(1_000_000_000L, 2_000_000_000L));

        assertThat(samples.tokensPerSecond()).containsExactly(100.0, 50.0);
        assertThat(samples.averageTokensPerSecond()).isEqualTo(75.0);
        assertThat(samples.deviationTokensPerSecond()).isCloseTo(Math.sqrt(2 * 25.0 * 25.0), within(1e-9));
        assertThat(samples.averageNanos()).isEqualTo(1.5e9);
        assertThat(samples.deviationNanos()).isCloseTo(Math.sqrt(0.5) * 1e9, within(1e-3));
    }

    @Test
    void aSingleRunHasNoSpread() {
        assertThat(new BenchSamples(1, List.of(5L)).deviationNanos()).isZero();
    }

    @Test
    void refusesTimesThatCannotBe() {
        assertThatThrownBy(() -> new BenchSamples(1, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BenchSamples(1, List.of(0L))).isInstanceOf(IllegalArgumentException.class);
    }
}
