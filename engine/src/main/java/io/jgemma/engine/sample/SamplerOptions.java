package io.jgemma.engine.sample;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are chosen: {@link Sampler} says in which order and by which formulas. Made by a {@link #builder}, whose stages
 * are all off, or from {@link #greedy} by {@code with} methods and {@link #toBuilder}. Immutable.
 */
public final class SamplerOptions {

    /** The seed that stands for another one each time. */
    public static final long RANDOM_SEED = -1;

    /** The longest window of the penalties, in tokens; a longer one is asked for by -1. */
    public static final int MAX_REPEAT_LAST_N = 1 << 20;

    private final float temperature;
    private final int topK;
    private final float topP;
    private final float minP;
    private final float typicalP;
    private final float repeatPenalty;
    private final int repeatLastN;
    private final float presencePenalty;
    private final float frequencyPenalty;
    private final Map<Integer, Float> logitBias;
    private final long seed;

    private SamplerOptions(Builder from) {
        temperature = from.temperature;
        topK = from.topK;
        topP = from.topP;
        minP = from.minP;
        typicalP = from.typicalP;
        repeatPenalty = from.repeatPenalty;
        repeatLastN = from.repeatLastN;
        presencePenalty = from.presencePenalty;
        frequencyPenalty = from.frequencyPenalty;
        logitBias = Map.copyOf(from.logitBias);
        seed = from.seed;
        requireRanges();
    }

    private void requireRanges() {
        finite("temperature", temperature);
        if (topK < -1) {
            throw new IllegalArgumentException("topK is " + topK + ", expected 1 or more, or 0 or -1 to keep all");
        }
        fraction("topP", topP);
        fraction("minP", minP);
        fraction("typicalP", typicalP);
        finite("repeatPenalty", repeatPenalty);
        if (repeatPenalty <= 0) {
            throw new IllegalArgumentException("repeatPenalty is " + repeatPenalty + ", expected above 0 (1 = off)");
        }
        if (repeatLastN < -1 || repeatLastN > MAX_REPEAT_LAST_N) {
            throw new IllegalArgumentException("repeatLastN is " + repeatLastN + ", expected 0 to " + MAX_REPEAT_LAST_N
                    + " tokens, or -1 for all");
        }
        finite("presencePenalty", presencePenalty);
        finite("frequencyPenalty", frequencyPenalty);
        logitBias.forEach(SamplerOptions::checkBias);
    }

    /** Options with temperature 1 and every stage off: the model's own distribution. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Always the most likely token. */
    public static SamplerOptions greedy() {
        return builder().temperature(0).build();
    }

    /** Whether the most likely token is taken instead of a random one. */
    public boolean isGreedy() {
        return temperature <= 0;
    }

    /** Whether tokens that came already can change a logit. */
    public boolean penalizes() {
        return repeatLastN != 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0);
    }

    /** Divides the logits before the draw; 0 or less = always the most likely token. */
    public float temperature() {
        return temperature;
    }

    /** Keep this many of the most likely tokens; 0 or -1 = all. */
    public int topK() {
        return topK;
    }

    /** Keep the most likely tokens that together reach this probability, 0 to 1; 1 = all. */
    public float topP() {
        return topP;
    }

    /** Keep tokens at least so likely, compared with the most likely one, 0 to 1; 0 = all. */
    public float minP() {
        return minP;
    }

    /** Keep the most typical tokens that together pass this probability, 0 to 1; 1 = all. */
    public float typicalP() {
        return typicalP;
    }

    /** Divides positive and multiplies other logits of tokens that came already; above 0, 1 = off. */
    public float repeatPenalty() {
        return repeatPenalty;
    }

    /** How many last tokens the three penalties look at, up to {@link #MAX_REPEAT_LAST_N}; 0 = none, -1 = all. */
    public int repeatLastN() {
        return repeatLastN;
    }

    /** Taken from the logit of a token that came already; 0 = off. */
    public float presencePenalty() {
        return presencePenalty;
    }

    /** Taken from the logit of a token once for each time it came; 0 = off. */
    public float frequencyPenalty() {
        return frequencyPenalty;
    }

    /** Added to the logit of a token id; negative infinity forbids the token. */
    public Map<Integer, Float> logitBias() {
        return logitBias;
    }

    /** The same seed chooses the same tokens from the same logits; -1 = another one each time. */
    public long seed() {
        return seed;
    }

    /** See {@link #temperature()}. */
    public SamplerOptions withTemperature(float value) {
        return toBuilder().temperature(value).build();
    }

    /** See {@link #topK()}. */
    public SamplerOptions withTopK(int value) {
        return toBuilder().topK(value).build();
    }

    /** See {@link #topP()}. */
    public SamplerOptions withTopP(float value) {
        return toBuilder().topP(value).build();
    }

    /** See {@link #minP()}. */
    public SamplerOptions withMinP(float value) {
        return toBuilder().minP(value).build();
    }

    /** See {@link #typicalP()}. */
    public SamplerOptions withTypicalP(float value) {
        return toBuilder().typicalP(value).build();
    }

    /** See {@link #repeatPenalty()}. */
    public SamplerOptions withRepeatPenalty(float value) {
        return toBuilder().repeatPenalty(value).build();
    }

    /** See {@link #repeatLastN()}. */
    public SamplerOptions withRepeatLastN(int value) {
        return toBuilder().repeatLastN(value).build();
    }

    /** See {@link #presencePenalty()}. */
    public SamplerOptions withPresencePenalty(float value) {
        return toBuilder().presencePenalty(value).build();
    }

    /** See {@link #frequencyPenalty()}. */
    public SamplerOptions withFrequencyPenalty(float value) {
        return toBuilder().frequencyPenalty(value).build();
    }

    /** See {@link #logitBias()}. */
    public SamplerOptions withLogitBias(Map<Integer, Float> value) {
        return toBuilder().logitBias(value).build();
    }

    /** See {@link #seed()}. */
    public SamplerOptions withSeed(long value) {
        return toBuilder().seed(value).build();
    }

    private List<Object> values() {
        return List.of(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SamplerOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "SamplerOptions" + values();
    }

    private static void finite(String name, float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected a finite number");
        }
    }

    private static void fraction(String name, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected 0 to 1");
        }
    }

    private static void checkBias(int token, float bias) {
        if (token < 0) {
            throw new IllegalArgumentException("logitBias names token " + token + ", expected a token id from 0");
        }
        if (Float.isNaN(bias) || bias == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("logitBias of token " + token + " is " + bias
                    + ", expected a finite number, or -Infinity to forbid the token");
        }
    }

    /** Makes options; ranges are checked by {@link #build}. */
    public static final class Builder {
        private float temperature = 1;
        private int topK;
        private float topP = 1;
        private float minP;
        private float typicalP = 1;
        private float repeatPenalty = 1;
        private int repeatLastN = 64;
        private float presencePenalty;
        private float frequencyPenalty;
        private Map<Integer, Float> logitBias = Map.of();
        private long seed = RANDOM_SEED;

        private Builder() {}

        private Builder(SamplerOptions from) {
            temperature = from.temperature;
            topK = from.topK;
            topP = from.topP;
            minP = from.minP;
            typicalP = from.typicalP;
            repeatPenalty = from.repeatPenalty;
            repeatLastN = from.repeatLastN;
            presencePenalty = from.presencePenalty;
            frequencyPenalty = from.frequencyPenalty;
            logitBias = from.logitBias;
            seed = from.seed;
        }

        /** See {@link SamplerOptions#temperature()}. */
        public Builder temperature(float value) {
            temperature = value;
            return this;
        }

        /** See {@link SamplerOptions#topK()}. */
        public Builder topK(int value) {
            topK = value;
            return this;
        }

        /** See {@link SamplerOptions#topP()}. */
        public Builder topP(float value) {
            topP = value;
            return this;
        }

        /** See {@link SamplerOptions#minP()}. */
        public Builder minP(float value) {
            minP = value;
            return this;
        }

        /** See {@link SamplerOptions#typicalP()}. */
        public Builder typicalP(float value) {
            typicalP = value;
            return this;
        }

        /** See {@link SamplerOptions#repeatPenalty()}. */
        public Builder repeatPenalty(float value) {
            repeatPenalty = value;
            return this;
        }

        /** See {@link SamplerOptions#repeatLastN()}. */
        public Builder repeatLastN(int value) {
            repeatLastN = value;
            return this;
        }

        /** See {@link SamplerOptions#presencePenalty()}. */
        public Builder presencePenalty(float value) {
            presencePenalty = value;
            return this;
        }

        /** See {@link SamplerOptions#frequencyPenalty()}. */
        public Builder frequencyPenalty(float value) {
            frequencyPenalty = value;
            return this;
        }

        /** See {@link SamplerOptions#logitBias()}. */
        public Builder logitBias(Map<Integer, Float> value) {
            logitBias = value;
            return this;
        }

        /** See {@link SamplerOptions#seed()}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException when a value is out of range
         */
        public SamplerOptions build() {
            return new SamplerOptions(this);
        }
    }
}
