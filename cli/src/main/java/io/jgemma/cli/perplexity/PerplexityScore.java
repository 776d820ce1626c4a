package io.jgemma.cli.perplexity;

/**
 * Perplexity of a text from the negative log-likelihoods {@code l_i = -ln p(token i)} of its tokens:
 * {@code exp(mean l)}. Its standard error follows from that of the mean by the delta method:
 * {@code exp(mean l) * sqrt((mean(l^2) - (mean l)^2) / (n - 1))}, as llama-perplexity reports it. Not thread-safe.
 */
final class PerplexityScore {
    private long tokens;
    private double sum;
    private double sumOfSquares;

    /**
     * Counts one token.
     *
     * @param negativeLogLikelihood {@code -ln p}, in nats
     */
    void add(double negativeLogLikelihood) {
        tokens++;
        sum += negativeLogLikelihood;
        sumOfSquares += negativeLogLikelihood * negativeLogLikelihood;
    }

    /** Tokens counted. */
    long tokens() {
        return tokens;
    }

    /** The perplexity; not a number before the first token. */
    double perplexity() {
        return Math.exp(sum / tokens);
    }

    /** Standard error of {@link #perplexity}; 0 where the sample gives none. */
    double standardError() {
        if (tokens < 2) {
            return 0;
        }
        double mean = sum / tokens;
        double variance = sumOfSquares / tokens - mean * mean;
        return variance > 0 ? Math.sqrt(variance / (tokens - 1)) * perplexity() : 0;
    }
}
