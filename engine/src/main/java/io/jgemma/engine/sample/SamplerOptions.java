package io.jgemma.engine.sample;

import java.util.Map;

/**
 * How tokens are chosen. Made by {@link #gemma3()} or {@link #greedy()} and the {@code with} methods;
 * {@link Sampler} says in which order and by which formulas.
 *
 * @param temperature divides the logits before the draw; 0 or less = always the likeliest token
 * @param topK keep the so many likeliest tokens; 0 or -1 = all
 * @param topP keep the likeliest tokens that together reach this probability, 0 to 1; 1 = all
 * @param minP keep tokens at least so likely, compared with the likeliest, 0 to 1; 0 = all
 * @param typicalP keep the most typical tokens that together pass this probability, 0 to 1; 1 = all
 * @param repeatPenalty divides positive and multiplies other logits of tokens that came already; above 0, 1 = off
 * @param repeatLastN how many last tokens the three penalties look at, up to {@value #MAX_REPEAT_LAST_N}; 0 = none,
 *     -1 = all
 * @param presencePenalty taken from the logit of a token that came already; 0 = off
 * @param frequencyPenalty taken from the logit of a token once for each time it came; 0 = off
 * @param logitBias added to the logit of a token id; negative infinity forbids the token
 * @param seed the same seed chooses the same tokens from the same logits; -1 = another one each time
 */
public record SamplerOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float typicalP,
        float repeatPenalty,
        int repeatLastN,
        float presencePenalty,
        float frequencyPenalty,
        Map<Integer, Float> logitBias,
        long seed) {

    /** The seed that stands for another one each time. */
    public static final long RANDOM_SEED = -1;

    /** The longest window of the penalties, in tokens; a longer one is asked for by -1. */
    public static final int MAX_REPEAT_LAST_N = 1 << 20;

    public SamplerOptions {
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
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach(SamplerOptions::checkBias);
    }

    /** What Gemma 3's makers recommend: temperature 1, top-k 64, top-p 0.95, everything else off, a random seed. */
    public static SamplerOptions gemma3() {
        return new SamplerOptions(1, 64, 0.95f, 0, 1, 1, 64, 0, 0, Map.of(), RANDOM_SEED);
    }

    /** Always the likeliest token. */
    public static SamplerOptions greedy() {
        return new SamplerOptions(0, 0, 1, 0, 1, 1, 64, 0, 0, Map.of(), RANDOM_SEED);
    }

    /** Whether the likeliest token is taken instead of a random one. */
    public boolean isGreedy() {
        return temperature <= 0;
    }

    /** Whether tokens that came already can change a logit. */
    public boolean penalizes() {
        return repeatLastN != 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0);
    }

    public SamplerOptions withTemperature(float value) {
        return new SamplerOptions(
                value,
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

    public SamplerOptions withTopK(int value) {
        return new SamplerOptions(
                temperature,
                value,
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

    public SamplerOptions withTopP(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                value,
                minP,
                typicalP,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withMinP(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                value,
                typicalP,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withTypicalP(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                value,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withRepeatPenalty(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                value,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withRepeatLastN(int value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatPenalty,
                value,
                presencePenalty,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withPresencePenalty(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatPenalty,
                repeatLastN,
                value,
                frequencyPenalty,
                logitBias,
                seed);
    }

    public SamplerOptions withFrequencyPenalty(float value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                value,
                logitBias,
                seed);
    }

    /** These biases instead of the present ones. */
    public SamplerOptions withLogitBias(Map<Integer, Float> value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatPenalty,
                repeatLastN,
                presencePenalty,
                frequencyPenalty,
                value,
                seed);
    }

    public SamplerOptions withSeed(long value) {
        return new SamplerOptions(
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
                value);
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
}
