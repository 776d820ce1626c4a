package io.jgemma.server.run;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model think for so many tokens: then its block of thoughts is closed, and the answer follows. What else the answer
 * must keep to is another constraint's, which goes along.
 */
final class ThinkingBudget implements TokenConstraint {
    private static final int[] NONE = {};

    private enum Phase {
        BEFORE,
        THINKING,
        CLOSING,
        ANSWER
    }

    private final Tokenizer tokenizer;
    private final ReasoningTags tags;
    private final @Nullable TokenConstraint form;
    private final int[] closing;
    private final int budget;
    private final StringBuilder seen;
    private Phase phase;
    private int used;

    /**
     * A budget.
     *
     * @param tags what the model writes around its thoughts
     * @param inside whether the prompt ends inside the block of thoughts
     * @param budget tokens of thoughts, 0 or more
     * @param form what the answer must keep to besides
     */
    ThinkingBudget(
            Tokenizer tokenizer, ReasoningTags tags, boolean inside, int budget, Optional<TokenConstraint> form) {
        this.tokenizer = tokenizer;
        this.tags = tags;
        this.form = form.orElse(null);
        this.budget = budget;
        closing = tokenizer.encode("\n" + tags.close() + "\n\n", EncodeOptions.FRAGMENT);
        seen = new StringBuilder();
        phase = inside ? Phase.THINKING : Phase.BEFORE;
        closeIfSpent();
    }

    private ThinkingBudget(ThinkingBudget from) {
        tokenizer = from.tokenizer;
        tags = from.tags;
        form = from.form == null ? null : from.form.fork();
        closing = from.closing;
        budget = from.budget;
        seen = new StringBuilder(from.seen);
        phase = from.phase;
        used = from.used;
    }

    @Override
    public void mask(long[] allowed) {
        if (phase == Phase.CLOSING) {
            Arrays.fill(allowed, 0);
            allowed[closing[used] >> 6] |= 1L << closing[used];
        } else if (form != null) {
            form.mask(allowed);
        } else {
            Arrays.fill(allowed, -1L);
        }
    }

    @Override
    public boolean allows(int token) {
        if (phase == Phase.CLOSING) {
            return token == closing[used];
        }
        return form == null || form.allows(token);
    }

    @Override
    public void accept(int token) {
        if (form != null) {
            form.accept(token);
        }
        switch (phase) {
            case BEFORE -> lookForThoughts(token);
            case THINKING -> think(token);
            case CLOSING -> {
                used++;
                if (used == closing.length) {
                    phase = Phase.ANSWER;
                }
            }
            case ANSWER -> {}
        }
    }

    private void lookForThoughts(int token) {
        String text = read(token).stripLeading();
        if (text.startsWith(tags.open())) {
            phase = Phase.THINKING;
            closeIfSpent();
        } else if (!tags.open().startsWith(text)) {
            phase = Phase.ANSWER;
        }
    }

    private void think(int token) {
        used++;
        if (read(token).contains(tags.close())) {
            phase = Phase.ANSWER;
            return;
        }
        // A tag may be spread over tokens: only its length is remembered.
        seen.delete(0, Math.max(0, seen.length() - tags.close().length()));
        closeIfSpent();
    }

    private String read(int token) {
        return seen.append(tokenizer.decode(new int[] {token}, true)).toString();
    }

    private void closeIfSpent() {
        if (phase == Phase.THINKING && used >= budget) {
            phase = Phase.CLOSING;
            used = 0;
        }
    }

    @Override
    public int[] forced() {
        if (phase == Phase.CLOSING) {
            return Arrays.copyOfRange(closing, used, closing.length);
        }
        return form == null ? NONE : form.forced();
    }

    @Override
    public void limit(int tokens) {
        if (form != null) {
            form.limit(tokens);
        }
    }

    @Override
    public int[] ending() {
        return form == null || phase == Phase.CLOSING ? NONE : form.ending();
    }

    @Override
    public boolean complete() {
        return phase != Phase.CLOSING && (form == null || form.complete());
    }

    @Override
    public TokenConstraint fork() {
        return new ThinkingBudget(this);
    }
}
