package io.jgemma.engine.schedule;

import io.jgemma.engine.nn.InputRows;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A sequence that somebody wants computed: a state machine that is fed. The scheduler computes the rows of {@link #ids} in
 * order and shows the logits behind those that are wanted; the task may then append ids, or be {@link #over}. One thread at
 * a time calls it, not always the same one; {@link #over} may be asked by any.
 */
public interface Task {

    /** Ids of all rows so far, in order; grows only in {@link #accept} and {@link #acceptGreatest}. */
    TokenList ids();

    /** The first of {@link #ids} with the embeddings that stand between them; all ids behind are tokens. */
    InputRows input();

    /** How many leading rows need not be computed if their K and V are in memory. */
    int reusable();

    /** Whether the logits behind a row are wanted. */
    boolean wanted(int index);

    /** Whether hidden states are wanted instead of logits; {@link #accept} gets them then. */
    default boolean wantsHidden() {
        return false;
    }

    /** How many of the greatest logits may be enough, at most {@link io.jgemma.engine.backend.Ops#MOST_GREATEST}; 0: all are wanted. */
    default int greatest() {
        return 0;
    }

    /**
     * The {@link #greatest} logits behind a row.
     *
     * @param index index of the row
     * @param greatest F32 [2 k]: logit and token in turn, in descending order; valid during the call
     * @return whether they were enough; else {@link #accept} is called
     */
    default boolean acceptGreatest(int index, MemorySegment greatest) {
        return false;
    }

    /**
     * The logits behind a row.
     *
     * @param index index of the row
     * @param logits F32 [vocabulary], or F32 [hidden] where hidden states are wanted; valid during the call
     */
    void accept(int index, MemorySegment logits);

    /**
     * Guesses of the ids that follow, which are computed along and forgotten where they prove wrong.
     *
     * @param most how many at most
     */
    default int[] propose(int most) {
        return new int[0];
    }

    /** {@code accepted} of {@code proposed} guesses were right. */
    default void judged(int proposed, int accepted) {}

    /** Lengths at which another sequence is likely to branch off, ascending: where messages end. */
    default int[] borders() {
        return new int[0];
    }

    /** Whether nothing more is wanted: it ended by itself, was cancelled, or its time is over. */
    boolean over();

    /**
     * Rows of the prompt were computed; called first when it begins, with what was there.
     *
     * @param done rows whose K and V are there
     * @param cached rows whose K and V were there from the beginning
     */
    default void progressed(int done, int cached) {}

    /** A round of {@link #accept} is over: a good moment to wake who waits for what came. */
    default void flush() {}

    /**
     * It has left the scheduler; nothing is called any more.
     *
     * @param failure why it failed; null when it is {@link #over}
     */
    void left(@Nullable Throwable failure);
}
