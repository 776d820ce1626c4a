package io.jgemma.engine.text;

/** Says whether two neighbouring symbols may become one, and how urgently. */
@FunctionalInterface
interface MergeRule {
    /** No merge; later than every merge. */
    long NONE = Long.MAX_VALUE;

    /**
     * What the two may become.
     *
     * @param leftId token of the left symbol, -1 if it is none
     * @param rightId token of the right symbol, -1 if it is none
     * @param from where the left symbol begins in the text being merged, in bytes
     * @param to where the right symbol ends
     * @return {@code priority << 32 | merged id} with a signed priority (the lowest goes first), or {@link #NONE}
     */
    long candidate(int leftId, int rightId, int from, int to);
}
