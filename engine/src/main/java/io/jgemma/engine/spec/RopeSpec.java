package io.jgemma.engine.spec;

import java.util.Arrays;

/**
 * Rotary position embedding of one kind of layer (Su et al., 2021, RoFormer). Pair {@code i} of a head turns by
 * {@code position * inverseFrequencies[i]} radians; scaling (linear, YaRN, Llama 3's factors) is folded into the
 * frequencies and {@code magnitude} when the record is made.
 *
 * @param style which elements form a pair
 * @param inverseFrequencies radians per position for each pair, {@code rotatedDims / 2} of them
 * @param magnitude factor on cosine and sine (YaRN's attention factor; 1 otherwise)
 */
public record RopeSpec(Style style, double[] inverseFrequencies, float magnitude) {

    /** Which two elements of a head are turned together. */
    public enum Style {
        /** Elements {@code i} and {@code i + rotatedDims / 2}: Gemma, Qwen ("NEOX" in GGUF's family). */
        HALVES,
        /** Elements {@code 2 i} and {@code 2 i + 1}: Llama ("NORM" in GGUF's family). */
        INTERLEAVED
    }

    public RopeSpec {
        inverseFrequencies = inverseFrequencies.clone();
    }

    /** No position embedding: nothing turns. */
    public static RopeSpec none(Style style) {
        return new RopeSpec(style, new double[0], 1f);
    }

    /** Plain frequencies {@code base^(-2 i / dims) / linearFactor}. */
    public static RopeSpec of(Style style, int dims, double base, double linearFactor) {
        double[] frequencies = new double[dims / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / dims) / linearFactor;
        }
        return new RopeSpec(style, frequencies, 1f);
    }

    /**
     * YaRN (Peng et al., 2023, section 3): pairs that turn often within the original context keep their frequency, those
     * that turn less than once are slowed by {@code factor}, those between are mixed; magnitude
     * {@code 0.1 ln(factor) + 1}.
     *
     * @param factor how much longer the context became
     * @param originalTokens the context before
     */
    public static RopeSpec yarn(Style style, int dims, double base, double factor, int originalTokens) {
        double low = Math.max(0, Math.floor(pairTurning(32, dims, base, originalTokens)));
        double high = Math.min(dims - 1, Math.ceil(pairTurning(1, dims, base, originalTokens)));
        double[] frequencies = new double[dims / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double frequency = Math.pow(base, -2.0 * i / dims);
            double slowed = Math.clamp((i - low) / Math.max(0.001, high - low), 0, 1);
            frequencies[i] = frequency * (1 - slowed) + frequency / factor * slowed;
        }
        return new RopeSpec(style, frequencies, (float) (0.1 * Math.log(factor) + 1));
    }

    /** The pair, as a real number, that turns {@code turns} times within {@code tokens} positions. */
    private static double pairTurning(double turns, int dims, double base, int tokens) {
        return dims * Math.log(tokens / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /**
     * The same with each frequency divided by its factor (Llama 3.1 and later, {@code rope_freqs.weight}).
     *
     * @param factors one for each pair
     */
    public RopeSpec dividedBy(float[] factors) {
        if (factors.length != inverseFrequencies.length) {
            throw new IllegalArgumentException(
                    factors.length + " factors do not fit " + inverseFrequencies.length + " pairs");
        }
        double[] divided = new double[factors.length];
        for (int i = 0; i < divided.length; i++) {
            divided[i] = inverseFrequencies[i] / factors[i];
        }
        return new RopeSpec(style, divided, magnitude);
    }

    /** Number of leading elements of a head that turn; the rest pass unchanged. */
    public int rotatedDims() {
        return 2 * inverseFrequencies.length;
    }

    @Override
    public double[] inverseFrequencies() {
        return inverseFrequencies.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RopeSpec that
                && style == that.style
                && magnitude == that.magnitude
                && Arrays.equals(inverseFrequencies, that.inverseFrequencies);
    }

    @Override
    public int hashCode() {
        return 31 * style.hashCode() + Arrays.hashCode(inverseFrequencies);
    }

    @Override
    public String toString() {
        return "RopeSpec[" + style + ", " + rotatedDims() + " dims, magnitude " + magnitude + "]";
    }
}
