package io.jgemma.engine.generation;

/** How the hidden states of a text become one vector. */
public enum Pooling {
    /** The mean over all tokens. */
    MEAN,
    /** The last token's. */
    LAST
}
