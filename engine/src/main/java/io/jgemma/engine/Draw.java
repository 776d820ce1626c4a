package io.jgemma.engine;

import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Chooses the tokens of one generation from logits: its sampler, its constraint, and what is told about likelihoods. */
final class Draw implements LogitsConsumer {
    private final Sampler sampler;
    private final @Nullable TokenConstraint constraint;
    private final OptionalInt topLogprobs;
    private final List<Integer> ends;
    private final long[] allowed;
    private int token = -1;
    private @Nullable TokenLogprobs logprobs;

    Draw(Sampler sampler, GenerationRequest request, Vocabulary vocabulary, int tokens) {
        this.sampler = sampler;
        constraint = request.constraint().map(TokenConstraint::fork).orElse(null);
        topLogprobs = request.topLogprobs();
        ends = constraint == null ? List.of() : ends(vocabulary);
        allowed = new long[constraint == null ? 0 : (tokens + Long.SIZE - 1) / Long.SIZE];
    }

    private static List<Integer> ends(Vocabulary vocabulary) {
        return java.util.stream.IntStream.range(0, vocabulary.size())
                .filter(vocabulary::isEndOfGeneration)
                .boxed()
                .toList();
    }

    /** The token that was chosen last. */
    int token() {
        return token;
    }

    /** How likely it was, if that was asked for. */
    @Nullable
    TokenLogprobs logprobs() {
        return logprobs;
    }

    /** Tells the sampler and the constraint of a token of the answer. */
    void take(int id) {
        sampler.accept(id);
        if (constraint != null && !ends.contains(id)) {
            constraint.accept(id);
        }
    }

    @Override
    public void accept(int index, MemorySegment logits) {
        token = constraint == null ? sampler.sample(logits) : constrained(constraint, logits);
        logprobs = topLogprobs.isPresent() ? TokenLogprobs.of(logits, token, topLogprobs.getAsInt()) : null;
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

    /** Whether the likeliest token of all may be taken, so that it is also the likeliest of those that are allowed. */
    private boolean allows(int id) {
        if (constraint == null) {
            return true;
        }
        return ends.contains(id) ? constraint.complete() : constraint.allows(id);
    }

    @Override
    public int greatest() {
        boolean whole = topLogprobs.isPresent()
                || (constraint != null && !sampler.options().isGreedy());
        return whole ? 0 : sampler.greatest();
    }

    @Override
    public boolean acceptGreatest(int index, MemorySegment greatest) {
        int id = sampler.sampleGreatest(greatest);
        if (id == Sampler.NONE || !allows(id)) {
            return false;
        }
        token = id;
        return true;
    }
}
