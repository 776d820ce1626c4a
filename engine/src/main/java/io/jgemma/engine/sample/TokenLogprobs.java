package io.jgemma.engine.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * How likely a chosen token was, and which tokens were most likely instead.
 *
 * @param chosen the token that was chosen
 * @param top the most likely tokens, in descending order; the lower id goes first among equals
 */
public record TokenLogprobs(TokenLogprob chosen, List<TokenLogprob> top) {

    public TokenLogprobs {
        top = List.copyOf(top);
    }

    /**
     * Of a model's logits.
     *
     * @param logits F32 [vocabulary] in native byte order
     * @param chosen id of the chosen token
     * @param count how many of the most likely tokens
     */
    public static TokenLogprobs of(MemorySegment logits, int chosen, int count) {
        float[] values = logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        double most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            most = Math.max(most, value);
        }
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - most);
        }
        double normalizer = most + Math.log(sum);
        List<TokenLogprob> top = new ArrayList<>();
        if (count > 0) {
            Candidates candidates = new Candidates(values, count);
            candidates.loadTop(Math.min(count, values.length));
            for (int i = 0; i < candidates.count(); i++) {
                int id = candidates.token(i);
                top.add(new TokenLogprob(id, values[id] - normalizer));
            }
        }
        return new TokenLogprobs(new TokenLogprob(chosen, values[chosen] - normalizer), top);
    }
}
