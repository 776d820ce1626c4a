package io.jgemma.engine.generation;

/** How tokens are guessed, so that several may be computed in one pass. The text is the same with any of them. */
public enum Speculation {
    /** None is. */
    NONE,
    /**
     * Prompt lookup: what followed the last tokens where they came before. Fast where an answer repeats what it was given, as
     * when code is edited.
     */
    NGRAM
}
