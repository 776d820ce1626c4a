package io.jgemma.engine.answer;

import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.schedule.TokenList;

/** Guesses the next tokens of one sequence. */
interface Proposer {

    /** Guesses, at most {@code most}; none where there is no good one. */
    int[] propose(TokenList ids, int most);

    /** {@code accepted} of {@code proposed} guesses were right. */
    void judged(int proposed, int accepted);

    /** A new proposer. */
    static Proposer of(Speculation speculation) {
        return switch (speculation) {
            case NONE ->
                new Proposer() {
                    @Override
                    public int[] propose(TokenList ids, int most) {
                        return new int[0];
                    }

                    @Override
                    public void judged(int proposed, int accepted) {}
                };
            case NGRAM -> new NgramProposer();
        };
    }
}
