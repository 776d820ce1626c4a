package io.jgemma.engine.sample;

import java.util.BitSet;

/** Forbids tokens before one is chosen, whatever their logits are: how a grammar keeps an answer in its language. */
@FunctionalInterface
public interface LogitMask {

    /** Forbids nothing. */
    LogitMask NONE = allowed -> {};

    /**
     * Clears the bits of the tokens that must not come next.
     *
     * @param allowed one bit for each token id, all set on entry; bits past the vocabulary are ignored. It belongs to
     *     the sampler and must not be kept.
     */
    void apply(BitSet allowed);
}
