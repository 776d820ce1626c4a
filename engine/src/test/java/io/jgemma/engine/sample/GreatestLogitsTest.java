package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** From the greatest logits alone a sampler chooses what it would from all. */
class GreatestLogitsTest {
    private static final int VOCABULARY = 1000;
    private static final SamplerOptions OPTIONS =
            SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(5);

    private static MemorySegment greatest(float[] logits, int k) {
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -logits[id]))
                .toList();
        float[] pairs = new float[2 * k];
        for (int i = 0; i < k; i++) {
            pairs[2 * i] = logits[order.get(i)];
            pairs[2 * i + 1] = order.get(i);
        }
        return TestLogits.segment(pairs);
    }

    @Test
    void chosenTokensAreThoseOfAllLogits() {
        for (SamplerOptions options : List.of(
                SamplerOptions.greedy(),
                OPTIONS,
                OPTIONS.withTopK(1),
                OPTIONS.withTopK(128).withTopP(0.7f).withTemperature(1.7f),
                OPTIONS.withMinP(0.1f).withTypicalP(0.6f))) {
            Sampler all = Sampler.of(options, VOCABULARY);
            Sampler few = Sampler.of(options, VOCABULARY);
            for (int i = 0; i < 100; i++) {
                float[] logits = TestLogits.gaussian(VOCABULARY, 3, i);
                if (i % 3 == 0) {
                    // Less is left than is asked for.
                    for (int id = 0; id < VOCABULARY - 20; id++) {
                        logits[id] = Float.NEGATIVE_INFINITY;
                    }
                }
                assertThat(few.sampleGreatest(greatest(logits, few.greatest())))
                        .as("%s, logits %d", options, i)
                        .isEqualTo(all.sample(TestLogits.segment(logits)));
            }
        }
    }

    @Test
    void whatOnlyAllLogitsTellIsNotChosen() {
        Sampler sampler = Sampler.of(OPTIONS, VOCABULARY);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] pairs = new float[2 * sampler.greatest()];
            pairs[0] = bad;
            assertThat(sampler.sampleGreatest(TestLogits.segment(pairs))).isEqualTo(Sampler.NONE);
        }
        assertThat(sampler.greatest()).isEqualTo(64);
        assertThat(Sampler.of(SamplerOptions.greedy(), VOCABULARY).greatest()).isEqualTo(1);
        for (SamplerOptions options : List.of(
                OPTIONS.withTopK(0),
                OPTIONS.withTopK(129),
                OPTIONS.withRepeatPenalty(1.1f),
                OPTIONS.withLogitBias(Map.of(3, 1f)))) {
            assertThat(Sampler.of(options, VOCABULARY).greatest())
                    .as("%s", options)
                    .isZero();
        }
    }
}
