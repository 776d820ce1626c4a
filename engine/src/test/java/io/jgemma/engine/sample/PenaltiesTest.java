package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PenaltiesTest {
    static final int VOCABULARY = 8;

    @Property
    void equalACountOfTheLastTokens(
            @ForAll @Size(max = 60) List<@IntRange(max = VOCABULARY - 1) Integer> history,
            @ForAll @IntRange(min = -1, max = 12) int lastN,
            @ForAll @FloatRange(min = 0.5f, max = 2) float repeat,
            @ForAll @FloatRange(min = -2, max = 2) float presence,
            @ForAll @FloatRange(min = -2, max = 2) float frequency,
            @ForAll @Size(VOCABULARY) List<@FloatRange(min = -9, max = 9) Float> logits) {
        Penalties penalties = Penalties.of(
                SamplerOptions.builder()
                        .topK(64)
                        .topP(0.95f)
                        .build()
                        .withRepeatLastN(lastN)
                        .withRepeatPenalty(repeat)
                        .withPresencePenalty(presence)
                        .withFrequencyPenalty(frequency),
                VOCABULARY);
        history.forEach(penalties::accept);
        int from = lastN < 0 ? 0 : Math.max(0, history.size() - lastN);
        List<Integer> window = history.subList(from, history.size());
        float[] expected = new float[VOCABULARY];
        float[] actual = new float[VOCABULARY];
        for (int id = 0; id < VOCABULARY; id++) {
            int token = id;
            float logit = logits.get(id);
            actual[id] = logit;
            long times = window.stream().filter(one -> one == token).count();
            if (times > 0) {
                logit = logit > 0 ? logit / repeat : logit * repeat;
                logit -= times * frequency + presence;
            }
            expected[id] = logit;
        }

        penalties.apply(actual);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void everyOneOfThemIsThatFormula() {
        SamplerOptions off = SamplerOptions.builder().topK(64).topP(0.95f).build();
        assertThat(after(off.withRepeatPenalty(2))).containsExactly(1, -8, 0, 3);
        assertThat(after(off.withPresencePenalty(0.5f))).containsExactly(1.5f, -4.5f, -0.5f, 3);
        assertThat(after(off.withFrequencyPenalty(0.5f))).containsExactly(1.5f, -5, -1.5f, 3);
        assertThat(after(off.withRepeatPenalty(2).withPresencePenalty(1).withFrequencyPenalty(0.5f)))
                .containsExactly(-0.5f, -10, -2.5f, 3);
        assertThat(after(off)).containsExactly(2, -4, 0, 3);
        assertThat(after(off.withRepeatPenalty(2).withRepeatLastN(0))).containsExactly(2, -4, 0, 3);
        assertThat(after(off.withFrequencyPenalty(1).withRepeatLastN(2))).containsExactly(2, -4, -2, 3);
    }

    /** Logits 2, -4, 0, 3 after the tokens 0, 1, 1, 2, 2, 2. */
    private static float[] after(SamplerOptions options) {
        Penalties penalties = Penalties.of(options, 4);
        List.of(0, 1, 1, 2, 2, 2).forEach(penalties::accept);
        float[] logits = {2, -4, 0, 3};
        penalties.apply(logits);
        return logits;
    }
}
