package io.jgemma.engine.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What is wrong with logits from which no token can be chosen, and nothing measured. */
public final class LogitChecks {
    private LogitChecks() {}

    /**
     * Refuses a row of logits in which one is NaN or positive infinity, as the sampler does. For whoever shows or measures
     * logits: numbers that are none must not be taken for results.
     *
     * @param logits F32 [vocabulary]
     * @throws SamplingException when one is
     */
    public static void requireNumbers(MemorySegment logits) {
        long count = logits.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            // Fails for NaN as well.
            if (!(logits.getAtIndex(ValueLayout.JAVA_FLOAT, i) < Float.POSITIVE_INFINITY)) {
                finite(logits.toArray(ValueLayout.JAVA_FLOAT), (int) i);
            }
        }
    }

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
