package io.jgemma.cli.perplexity;

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
        long count = logits.byteSize() / Float.BYTES;
        float largest = Float.NEGATIVE_INFINITY;
        for (long i = 0; i < count; i++) {
            largest = Math.max(largest, logits.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        double sum = 0;
        for (long i = 0; i < count; i++) {
            float distance = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i) - largest;
            if (distance > NEGLIGIBLE) {
                sum += Math.exp(distance);
            }
        }
        return Math.log(sum) + largest - logits.getAtIndex(ValueLayout.JAVA_FLOAT, token);
    }
}
