package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerOptionsTest {
    private static final SamplerOptions BASE =
            SamplerOptions.builder().topK(64).topP(0.95f).build();

    @Test
    void gemma3IsWhatItsMakersRecommend() {
        assertThat(BASE)
                .isEqualTo(SamplerOptions.builder()
                        .temperature(1)
                        .topK(64)
                        .topP(0.95f)
                        .seed(-1)
                        .build());
        assertThat(BASE.toBuilder().build()).isEqualTo(BASE).hasSameHashCodeAs(BASE);
        assertThat(BASE.minP()).isZero();
        assertThat(BASE.typicalP()).isEqualTo(1);
        assertThat(BASE.repeatPenalty()).isEqualTo(1);
        assertThat(BASE.isGreedy()).isFalse();
        assertThat(BASE.penalizes()).isFalse();
    }

    @Test
    void greedyChangesNoLogit() {
        assertThat(SamplerOptions.greedy())
                .isEqualTo(SamplerOptions.builder().temperature(0).build());
        assertThat(SamplerOptions.greedy().isGreedy()).isTrue();
        assertThat(BASE.withTemperature(-1).isGreedy()).isTrue();
    }

    @Test
    void everyWithChangesItsOwnComponent() {
        SamplerOptions changed = BASE.withTemperature(0.5f)
                .withTopK(3)
                .withTopP(0.25f)
                .withMinP(0.125f)
                .withTypicalP(0.75f)
                .withRepeatPenalty(1.5f)
                .withRepeatLastN(7)
                .withPresencePenalty(-1)
                .withFrequencyPenalty(2)
                .withLogitBias(Map.of(4, Float.NEGATIVE_INFINITY))
                .withSeed(9);
        assertThat(changed.temperature()).isEqualTo(0.5f);
        assertThat(changed.topK()).isEqualTo(3);
        assertThat(changed.topP()).isEqualTo(0.25f);
        assertThat(changed.minP()).isEqualTo(0.125f);
        assertThat(changed.typicalP()).isEqualTo(0.75f);
        assertThat(changed.repeatPenalty()).isEqualTo(1.5f);
        assertThat(changed.repeatLastN()).isEqualTo(7);
        assertThat(changed.presencePenalty()).isEqualTo(-1);
        assertThat(changed.frequencyPenalty()).isEqualTo(2);
        assertThat(changed.logitBias()).isEqualTo(Map.of(4, Float.NEGATIVE_INFINITY));
        assertThat(changed.seed()).isEqualTo(9);
        assertThat(changed.toBuilder().build()).isEqualTo(changed).isNotEqualTo(BASE);
    }

    @Test
    void penalizesOnlyWithAWindowAndAPenalty() {
        assertThat(BASE.withRepeatPenalty(1.1f).penalizes()).isTrue();
        assertThat(BASE.withPresencePenalty(1).penalizes()).isTrue();
        assertThat(BASE.withFrequencyPenalty(-1).penalizes()).isTrue();
        assertThat(BASE.withFrequencyPenalty(-1).withRepeatLastN(0).penalizes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWhatIsNotFinite(float value) {
        refused("temperature is " + value, () -> BASE.withTemperature(value));
        refused("topP is " + value, () -> BASE.withTopP(value));
        refused("minP is " + value, () -> BASE.withMinP(value));
        refused("typicalP is " + value, () -> BASE.withTypicalP(value));
        refused("repeatPenalty is " + value, () -> BASE.withRepeatPenalty(value));
        refused("presencePenalty is " + value, () -> BASE.withPresencePenalty(value));
        refused("frequencyPenalty is " + value, () -> BASE.withFrequencyPenalty(value));
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.001f, 1.001f, 40})
    void refusesProbabilitiesOutside0To1(float value) {
        refused("topP is " + value + ", expected 0 to 1", () -> BASE.withTopP(value));
        refused("minP is " + value + ", expected 0 to 1", () -> BASE.withMinP(value));
        refused("typicalP is " + value + ", expected 0 to 1", () -> BASE.withTypicalP(value));
    }

    @Test
    void refusesCountsAndBiasesOutOfRange() {
        refused("topK is -2", () -> BASE.withTopK(-2));
        refused("repeatPenalty is 0.0, expected above 0", () -> BASE.withRepeatPenalty(0));
        refused("repeatLastN is -2", () -> BASE.withRepeatLastN(-2));
        refused("expected 0 to 1048576 tokens, or -1 for all", () -> BASE.withRepeatLastN((1 << 20) + 1));
        refused("logitBias names token -1", () -> BASE.withLogitBias(Map.of(-1, 1f)));
        refused("logitBias of token 3 is NaN", () -> BASE.withLogitBias(Map.of(3, Float.NaN)));
        refused("logitBias of token 3 is Infinity", () -> BASE.withLogitBias(Map.of(3, Float.POSITIVE_INFINITY)));
    }

    @Test
    void keepsItsOwnBiases() {
        Map<Integer, Float> biases = new HashMap<>(Map.of(1, 2f));
        SamplerOptions options = BASE.withLogitBias(biases);
        biases.put(5, 1f);
        assertThat(options.logitBias()).isEqualTo(Map.of(1, 2f));
    }

    private static void refused(String message, Supplier<SamplerOptions> options) {
        assertThatIllegalArgumentException().isThrownBy(options::get).withMessageContaining(message);
    }
}
