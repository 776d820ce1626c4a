package io.jgemma.engine.chat;

import java.util.List;

/** Reads what may be one or more tool calls, character by character. Never answers {@link Progress#DONE_BEFORE}. */
interface CallReader {

    /** Reads a character. */
    Progress push(char c);

    /** Whether what was read so far is complete if the model says no more. */
    default boolean completeAtEnd() {
        return false;
    }

    /** The calls, once they are complete. */
    List<RawCall> calls();
}
