package io.jgemma.cli.perplexity;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * How one K/V cache's answers differ from another's: perplexities on the same tokens, the Kullback-Leibler divergence of the
 * distributions, and how often both find the same token most likely. Not thread-safe.
 */
final class CacheComparison {
    private final PerplexityScore base = new PerplexityScore();
    private final PerplexityScore tested = new PerplexityScore();
    private double divergence;
    private long sameLikeliest;

    /**
     * Counts one token.
     *
     * @param baseLogits F32 [vocabulary] with the cache compared with
     * @param logits F32 [vocabulary] with the cache under test
     * @param token the token that came
     */
    void add(MemorySegment baseLogits, MemorySegment logits, int token) {
        double baseSum = Likelihood.logOfSum(baseLogits);
        double sum = Likelihood.logOfSum(logits);
        base.add(Likelihood.negativeLog(baseLogits, baseSum, token));
        tested.add(Likelihood.negativeLog(logits, sum, token));
        divergence += Likelihood.divergence(baseLogits, baseSum, logits, sum);
        sameLikeliest += Likelihood.likeliest(baseLogits) == Likelihood.likeliest(logits) ? 1 : 0;
    }

    /** Score of the cache under test. */
    PerplexityScore tested() {
        return tested;
    }

    /** Perplexity of the cache under test over the other's. */
    double ratio() {
        return tested.perplexity() / base.perplexity();
    }

    /** Mean divergence, in nats. */
    double divergence() {
        return divergence / tested.tokens();
    }

    /** Share of tokens where both find the same one most likely, 0 to 1. */
    double sameLikeliest() {
        return (double) sameLikeliest / tested.tokens();
    }

    /** One line for people and programs. */
    String line(String baseName) {
        return String.format(
                Locale.ROOT,
                "against %s: perplexity %.3f, ratio %.4f; KL divergence %.5f nats; same likeliest token %.1f%%",
                baseName,
                base.perplexity(),
                ratio(),
                divergence(),
                100 * sameLikeliest());
    }
}
