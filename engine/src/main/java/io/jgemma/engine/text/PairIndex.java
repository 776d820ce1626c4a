package io.jgemma.engine.text;

import java.util.Arrays;

/** The merges of a BPE vocabulary: (left id, right id) to (rank, merged id), by open addressing. */
final class PairIndex {
    private final long[] keys;
    /** Upper half: rank, lower half: merged id. */
    private final long[] values;

    private final int mask;

    PairIndex(int pairs) {
        keys = new long[Tables.capacity(pairs)];
        values = new long[keys.length];
        mask = keys.length - 1;
        Arrays.fill(keys, -1);
    }

    /** Of equal pairs the first one stays. */
    void add(int left, int right, int rank, int merged) {
        long key = (long) left << 32 | right;
        int at = (int) Tables.mix(key) & mask;
        while (keys[at] != -1) {
            if (keys[at] == key) {
                return;
            }
            at = at + 1 & mask;
        }
        keys[at] = key;
        values[at] = (long) rank << 32 | merged;
    }

    /** {@code rank << 32 | merged id}, or {@link MergeRule#NONE}. */
    long find(int left, int right) {
        long key = (long) left << 32 | right;
        for (int at = (int) Tables.mix(key) & mask; keys[at] != -1; at = at + 1 & mask) {
            if (keys[at] == key) {
                return values[at];
            }
        }
        return MergeRule.NONE;
    }
}
