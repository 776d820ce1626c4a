package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.sample.NaiveSampler.Token;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chi-square tests of how often tokens come; seeded, so that each result is always the same. */
class SamplerDistributionTest {
    private static final int DRAWS = 100_000;
    private static final SamplerOptions OFF = SamplerOptions.builder()
            .topK(64)
            .topP(0.95f)
            .build()
            .withTopK(0)
            .withTopP(1)
            .withSeed(2718);
    private static final float[] LOGITS = {1, -0.5f, 2, 0, 0, 1.5f, -1, 0.25f};
    private static final List<Token> TOKENS = NaiveSampler.tokens(LOGITS);

    @Test
    void plain() {
        expect(OFF, TOKENS, 1);
    }

    @Test
    void temperature() {
        expect(OFF.withTemperature(0.5f), TOKENS, 0.5);
        expect(OFF.withTemperature(3), TOKENS, 3);
    }

    @Test
    void topK() {
        expect(OFF.withTopK(4), NaiveSampler.topK(TOKENS, 4), 1);
    }

    @Test
    void topP() {
        expect(OFF.withTopP(0.8f), NaiveSampler.topP(TOKENS, 0.8f), 1);
    }

    @Test
    void minP() {
        expect(OFF.withMinP(0.1f), NaiveSampler.minP(TOKENS, 0.1f), 1);
    }

    @Test
    void typical() {
        expect(OFF.withTypicalP(0.7f), NaiveSampler.typical(TOKENS, 0.7f), 1);
    }

    @Test
    void gemma3WithTemperatureAfterTopP() {
        List<Token> left = NaiveSampler.topP(NaiveSampler.topK(TOKENS, 64), 0.95f);
        assertThat(left).hasSizeBetween(2, 7);
        expect(SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(1).withTemperature(1.5f), left, 1.5);
    }

    @Test
    void neighbouringSeedsAreIndependent() {
        int[] counts = new int[LOGITS.length];
        MemorySegment segment = TestLogits.segment(LOGITS);
        for (int seed = 0; seed < DRAWS; seed++) {
            counts[Sampler.of(OFF.withSeed(seed), LOGITS.length).sample(segment)]++;
        }
        assertThat(chiSquare(counts, TOKENS, 1)).isLessThan(critical(TOKENS.size() - 1));
    }

    @Test
    void theTestTellsSimilarDistributionsApart() {
        int[] counts = counts(OFF);
        assertThat(chiSquare(counts, TOKENS, 1)).isLessThan(critical(TOKENS.size() - 1));
        assertThat(chiSquare(counts, TOKENS, 1.05)).isGreaterThan(critical(TOKENS.size() - 1));
    }

    private static void expect(SamplerOptions options, List<Token> left, double temperature) {
        int[] counts = counts(options);
        for (int id = 0; id < counts.length; id++) {
            int token = id;
            assertThat(counts[id] > 0)
                    .as("token %d comes", id)
                    .isEqualTo(left.stream().anyMatch(one -> one.id() == token));
        }
        assertThat(chiSquare(counts, left, temperature)).isLessThan(critical(left.size() - 1));
    }

    private static int[] counts(SamplerOptions options) {
        int[] counts = new int[LOGITS.length];
        Sampler sampler = Sampler.of(options, LOGITS.length);
        MemorySegment segment = TestLogits.segment(LOGITS);
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.sample(segment)]++;
        }
        return counts;
    }

    private static double chiSquare(int[] counts, List<Token> tokens, double temperature) {
        double[] probabilities = NaiveSampler.probabilities(tokens, temperature);
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            double expected = DRAWS * probabilities[i];
            double difference = counts[tokens.get(i).id()] - expected;
            sum += difference * difference / expected;
        }
        return sum;
    }

    /** What a right sampler exceeds once in a thousand times, by Wilson and Hilferty's approximation. */
    private static double critical(int degrees) {
        double ninth = 2.0 / (9 * degrees);
        double root = 1 - ninth + 3.09 * Math.sqrt(ninth);
        return degrees * root * root * root;
    }
}
