package io.jgemma.engine.generation;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/** Receives logits, one call at a time, on a thread of the engine. */
@FunctionalInterface
public interface LogitsConsumer {

    /**
     * Logits after one token.
     *
     * @param index index of the token among those fed
     * @param logits F32 [vocabulary], valid during the call, not to be changed
     */
    void accept(int index, MemorySegment logits);

    /** How many of the greatest logits may be enough, at most {@link io.jgemma.engine.backend.Ops#MOST_GREATEST}; 0: all are wanted. */
    default int greatest() {
        return 0;
    }

    /**
     * The {@link #greatest} logits after one token, instead of all.
     *
     * @param index index of the token among those fed
     * @param greatest F32 [2 k]: logit and token in turn, in descending order; valid during the call
     * @return whether they were enough; else {@link #accept} is called
     */
    default boolean acceptGreatest(int index, MemorySegment greatest) {
        return false;
    }

    /** A token to go on with behind the last one, asked when its logits were shown; empty = none. */
    default OptionalInt next() {
        return OptionalInt.empty();
    }
}
