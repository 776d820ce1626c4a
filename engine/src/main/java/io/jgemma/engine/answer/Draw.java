package io.jgemma.engine.answer;

import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Chooses the tokens of one generation from logits: its sampler, its constraint, and what is told about likelihoods. */
final class Draw {

    private static final int[] NONE = {};

    private final Sampler sampler;
    private final @Nullable TokenConstraint constraint;
    private final OptionalInt topLogprobs;
    private final int[] ends;
    private final long[] allowed;
    private @Nullable TokenLogprobs logprobs;

    /**
     * @param tokens logits in a row
     * @param limit tokens that the answer may have
     */
    Draw(Sampler sampler, GenerationRequest request, Vocabulary vocabulary, int tokens, int limit) {
        this.sampler = sampler;
        constraint = request.constraint().map(TokenConstraint::fork).orElse(null);
        if (constraint != null) {
            constraint.limit(Math.max(limit - 1, 0));
        }
        topLogprobs = request.topLogprobs();
        ends = constraint == null
                ? NONE
                : IntStream.range(0, vocabulary.size())
                        .filter(vocabulary::isEndOfGeneration)
                        .toArray();
        allowed = new long[constraint == null ? 0 : (tokens + Long.SIZE - 1) / Long.SIZE];
    }

    /** How likely the token was that was chosen last, if that was asked for. */
    @Nullable
    TokenLogprobs logprobs() {
        return logprobs;
    }

    /** How many of the greatest logits may be enough; 0 = all are wanted. */
    int greatest() {
        boolean whole = topLogprobs.isPresent()
                || (constraint != null && !sampler.options().isGreedy());
        return whole ? 0 : sampler.greatest();
    }

    /** Chooses a token from the greatest logits; {@link Sampler#NONE} where that takes all. */
    int fromGreatest(MemorySegment greatest) {
        int id = sampler.sampleGreatest(greatest);
        return id != Sampler.NONE && allows(id) ? id : Sampler.NONE;
    }

    /** Whether the most likely token of all may be taken, so that it is also the most likely of those that are allowed. */
    private boolean allows(int id) {
        if (constraint == null) {
            return true;
        }
        return Arrays.binarySearch(ends, id) >= 0 ? constraint.complete() : constraint.allows(id);
    }

    /** Chooses a token. */
    int from(MemorySegment logits) {
        int token = constraint == null ? sampler.sample(logits) : constrained(constraint, logits);
        logprobs = topLogprobs.isPresent() ? TokenLogprobs.of(logits, token, topLogprobs.getAsInt()) : null;
        return token;
    }

    private int constrained(TokenConstraint language, MemorySegment logits) {
        language.mask(allowed);
        boolean complete = language.complete();
        for (int id : ends) {
            long bit = 1L << id;
            allowed[id >> 6] = complete ? allowed[id >> 6] | bit : allowed[id >> 6] & ~bit;
        }
        return sampler.sample(logits, allowed);
    }

    /** Tells the sampler and the constraint of a token of the answer that does not end it. */
    void take(int id) {
        sampler.accept(id);
        if (constraint != null) {
            constraint.accept(id);
        }
    }

    /** Tokens that complete an answer that must not be cut, once it is time. */
    int[] ending() {
        return constraint == null ? NONE : constraint.ending();
    }

    /** Tokens that are certain to come next. They are not fed unseen where likelihoods are asked for. */
    int[] forced() {
        return constraint == null || topLogprobs.isPresent() ? NONE : constraint.forced();
    }
}
