package io.jgemma.engine.sample;

/** What is wrong with logits from which no token can be chosen. */
final class LogitChecks {
    private LogitChecks() {}

    /** Refuses NaN and positive infinity at {@code id}. */
    static void finite(float[] logits, int id) {
        float logit = logits[id];
        if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
            int same = 0;
            for (float other : logits) {
                same += Float.compare(other, logit) == 0 ? 1 : 0;
            }
            throw new SamplingException("the logit of token " + id + " is " + logit + " (so are " + same + " of "
                    + logits.length + " logits after bias and penalties), expected finite numbers; the model's weights"
                    + " or its computation are broken, or a bias is far too great");
        }
    }

    /** Refuses logits of which all are negative infinity. */
    static void some(float[] logits, int finite) {
        if (finite == 0) {
            throw new SamplingException("all " + logits.length + " logits are -Infinity: the model, the logit bias and"
                    + " the mask together forbid every token");
        }
    }
}
