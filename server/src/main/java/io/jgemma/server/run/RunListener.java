package io.jgemma.server.run;

import io.jgemma.engine.generation.GenerationResult;

/** Told how generations go, for the server's metrics. */
public interface RunListener {

    /** The first token of an answer came so long after it was asked for. */
    void firstToken(long nanos);

    /** Another token came so long after the one before. */
    void nextToken(long nanos);

    /** Texts of so many tokens became vectors in so long. */
    void embedded(int tokens, long nanos);

    /** An answer has ended. */
    void ended(GenerationResult result);
}
