package io.jgemma.engine.generation;

/**
 * The time and the tokens that a generation took.
 *
 * @param cachedTokens prompt tokens whose K/V were already there
 * @param promptTokens prompt tokens computed now
 * @param promptNanos time until the prompt's logits were there
 * @param generatedTokens tokens generated, the end token included
 * @param generateNanos time from there to the end
 */
public record Timings(int cachedTokens, int promptTokens, long promptNanos, int generatedTokens, long generateNanos) {

    /** Prompt tokens computed per second; 0 when nothing was computed. */
    public double promptTokensPerSecond() {
        return perSecond(promptTokens, promptNanos);
    }

    /** Tokens generated per second. The first comes with the prompt's pass, so one less than generated is counted. */
    public double generatedTokensPerSecond() {
        return perSecond(generatedTokens - 1, generateNanos);
    }

    private static double perSecond(int tokens, long nanos) {
        return tokens <= 0 || nanos <= 0 ? 0 : tokens * 1e9 / nanos;
    }
}
