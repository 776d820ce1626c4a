package io.jgemma.engine.answer;

import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.schedule.TokenList;
import java.util.Arrays;

/**
 * Prompt lookup (Saxena, 2023): the place where the last tokens came before, as many of them as possible and the latest
 * among equals, tells what follows.
 *
 * <p>Rows of guesses are cheap and not free, so the number of guesses follows their success: it doubles where all were
 * right, halves where fewer than half were, and where guesses keep failing none is made for a while.
 */
final class NgramProposer implements Proposer {

    /** Fewer tokens in common are chance. */
    private static final int LEAST_MATCH = 3;

    /** More tokens in common make a guess no better. */
    private static final int MOST_MATCH = 12;

    private static final int FIRST_GUESSES = 4;
    private static final int MOST_GUESSES = 15;

    /** Tokens without a guess after failures: this many, then twice as many, up to the most. */
    private static final int FIRST_REST = 8;

    private static final int MOST_REST = 128;

    private int guesses = FIRST_GUESSES;
    private int rest;
    private int nextRest = FIRST_REST;

    @Override
    public int[] propose(TokenList ids, int most) {
        if (rest > 0) {
            rest--;
            return new int[0];
        }
        int size = ids.size();
        int wanted = Math.min(most, guesses);
        int best = 0;
        int from = 0;
        for (int end = size - 1; end > 0 && best < MOST_MATCH; end--) {
            int match = match(ids, size, end);
            if (match > best) {
                best = match;
                from = end;
            }
        }
        return best < LEAST_MATCH ? new int[0] : tokens(ids.slice(from, Math.min(from + wanted, size)));
    }

    /** What comes before the first row of a picture, which no answer writes. */
    private static int[] tokens(int[] ids) {
        int count = 0;
        while (count < ids.length && !InputRows.embedded(ids[count])) {
            count++;
        }
        return Arrays.copyOf(ids, count);
    }

    /** How many tokens before {@code end} are the last ones of all. */
    private static int match(TokenList ids, int size, int end) {
        int match = 0;
        while (match < MOST_MATCH && match < end && ids.get(end - 1 - match) == ids.get(size - 1 - match)) {
            match++;
        }
        return match;
    }

    @Override
    public void judged(int proposed, int accepted) {
        if (accepted == proposed) {
            guesses = Math.min(MOST_GUESSES, 2 * guesses);
            nextRest = FIRST_REST;
        } else if (2 * accepted >= proposed) {
            nextRest = FIRST_REST;
        } else if (guesses > 1) {
            guesses = Math.max(1, guesses / 2);
        } else if (accepted == 0) {
            rest = nextRest;
            nextRest = Math.min(MOST_REST, 2 * nextRest);
        }
    }
}
