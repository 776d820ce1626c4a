package io.jgemma.engine;

import java.lang.foreign.MemorySegment;

/** Receives logits. */
@FunctionalInterface
public interface LogitsConsumer {

    /**
     * Logits after one token.
     *
     * @param index index of the token among those fed
     * @param logits F32 [vocabulary], valid during the call, not to be changed
     */
    void accept(int index, MemorySegment logits);
}
