package io.jgemma.cli.perplexity;

import io.jgemma.engine.sample.LogitChecks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How surprising a token is after a row of logits. */
final class Likelihood {
    /** Below this distance from the largest logit even a million tokens add less than 1e-10 to the sum. */
    private static final float NEGLIGIBLE = -37f;

    private Likelihood() {}

    /**
     * {@code -ln softmax(logits)[token] = ln(sum_i exp(z_i - z_max)) + z_max - z_token}, in float64.
     *
     * @param logits F32 [vocabulary]
     * @param token index of the token that came
     * @return nats
     */
    static double negativeLog(MemorySegment logits, int token) {
        return negativeLog(logits, logOfSum(logits), token);
    }

    /** As {@link #negativeLog(MemorySegment, int)}, where {@link #logOfSum} is known. */
    static double negativeLog(MemorySegment logits, double logOfSum, int token) {
        return logOfSum - logits.getAtIndex(ValueLayout.JAVA_FLOAT, token);
    }

    /**
     * {@code ln(sum_i exp(z_i))}.
     *
     * @throws io.jgemma.engine.sample.SamplingException when a logit is no number
     */
    static double logOfSum(MemorySegment logits) {
        LogitChecks.requireNumbers(logits);
        long count = logits.byteSize() / Float.BYTES;
        float largest = logits.getAtIndex(ValueLayout.JAVA_FLOAT, likeliest(logits));
        double sum = 0;
        for (long i = 0; i < count; i++) {
            float distance = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i) - largest;
            if (distance > NEGLIGIBLE) {
                sum += Math.exp(distance);
            }
        }
        return Math.log(sum) + largest;
    }

    /** Index of the largest logit; of several, the first. */
    static int likeliest(MemorySegment logits) {
        long count = logits.byteSize() / Float.BYTES;
        int index = 0;
        float largest = logits.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
        for (int i = 1; i < count; i++) {
            float logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (logit > largest) {
                largest = logit;
                index = i;
            }
        }
        return index;
    }

    /**
     * Kullback-Leibler divergence {@code sum_i p_i (ln p_i - ln q_i)} of two rows of logits.
     *
     * @param p F32 [vocabulary]
     * @param sumP {@link #logOfSum} of {@code p}
     * @param q F32 [vocabulary]
     * @param sumQ {@link #logOfSum} of {@code q}
     * @return nats
     */
    static double divergence(MemorySegment p, double sumP, MemorySegment q, double sumQ) {
        double divergence = 0;
        for (long i = 0; i < p.byteSize() / Float.BYTES; i++) {
            double logP = p.getAtIndex(ValueLayout.JAVA_FLOAT, i) - sumP;
            if (logP > NEGLIGIBLE) {
                divergence += Math.exp(logP) * (logP - (q.getAtIndex(ValueLayout.JAVA_FLOAT, i) - sumQ));
            }
        }
        return divergence;
    }
}
