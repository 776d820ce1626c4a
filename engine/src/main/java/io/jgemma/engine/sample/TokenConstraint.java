package io.jgemma.engine.sample;

/**
 * Keeps an answer in a language: a state that says which tokens may come next, and moves with each token that came. One
 * state serves one answer and is not thread-safe; {@link #fork} makes another.
 *
 * <p>Tokens that end a generation are nobody's business here: the engine allows them exactly when {@link #complete}.
 */
public interface TokenConstraint {

    /**
     * Says which tokens may come next. If none may and {@link #complete} is false, the generation fails.
     *
     * @param allowed one bit for each token id, token 0 in the lowest bit of {@code allowed[0]}; of any content on entry,
     *     overwritten. It belongs to the caller and must not be kept.
     */
    void mask(long[] allowed);

    /**
     * Whether one token may come next: the same answer as its bit in {@link #mask}. Worth overriding where that costs much
     * less than a mask: the most likely token is nearly always asked for first.
     */
    boolean allows(int token);

    /**
     * A token came: one that was allowed, and none that ends a generation.
     *
     * @param token its id
     */
    void accept(int token);

    /**
     * Tokens that are certain to come next, in order: they are fed together, without being sampled. The state stays as it
     * is; {@link #accept} is called for each of them. Empty where there is a choice.
     */
    default int[] forced() {
        return new int[0];
    }

    /**
     * Says how many tokens the answer may have, besides the one that ends it; called once, before the first. Where an answer must not be cut,
     * nothing is begun near that limit that could not be completed.
     */
    default void limit(int tokens) {}

    /**
     * Tokens that complete the answer, if it is time to end it: they are fed together, without being sampled, as those of
     * {@link #forced}. Empty while there is time, and always where an answer may be cut. The state stays as it is.
     */
    default int[] ending() {
        return new int[0];
    }

    /** Whether what came is a complete answer, so that the generation may end here. */
    boolean complete();

    /** A second state at the same place; both go on by themselves. */
    TokenConstraint fork();
}
