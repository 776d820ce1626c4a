package io.jgemma.cli.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PerplexityScoreTest {

    @Test
    void aUniformGuessHasThePerplexityOfItsChoices() {
        PerplexityScore score = new PerplexityScore();
        for (int i = 0; i < 10; i++) {
            score.add(Math.log(7));
        }

        assertThat(score.perplexity()).isCloseTo(7, within(1e-12));
        assertThat(score.standardError()).isCloseTo(0, within(1e-6));
        assertThat(score.tokens()).isEqualTo(10);
    }

    @Test
    void standardErrorFollowsTheDeltaMethod() {
        PerplexityScore score = new PerplexityScore();
        score.add(1);
        score.add(3);

        // mean 2, variance 1 over n, error of the mean sqrt(1 / (2 - 1)) = 1
        assertThat(score.perplexity()).isCloseTo(Math.exp(2), within(1e-12));
        assertThat(score.standardError()).isCloseTo(Math.exp(2), within(1e-9));
    }

    @Test
    void likelihoodIsMinusTheLogOfTheSoftmax() {
        MemorySegment logits = MemorySegment.ofArray(new float[] {1f, 2f, -200f, 1001f, 1000f});

        double total = Math.exp(-1000) + Math.exp(-999) + 1 + Math.exp(-1);
        assertThat(Likelihood.negativeLog(logits, 3)).isCloseTo(Math.log(total), within(1e-12));
        assertThat(Likelihood.negativeLog(logits, 4)).isCloseTo(Math.log(total) + 1, within(1e-12));
        assertThat(Likelihood.negativeLog(logits, 2)).isCloseTo(1201 + Math.log(total), within(1e-9));
    }
}
