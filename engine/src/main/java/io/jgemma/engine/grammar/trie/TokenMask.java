package io.jgemma.engine.grammar.trie;

import org.jspecify.annotations.Nullable;

/**
 * A set of tokens, small where few or many plain ones are in it. Immutable.
 *
 * @param base tokens that many sets share, one bit each; null = none
 * @param more further tokens; empty if {@code all} is given
 * @param all all tokens, one bit each, where a list would be longer
 */
record TokenMask(long @Nullable [] base, int[] more, long @Nullable [] all) {

    static TokenMask of(long @Nullable [] base, int[] tokens, int count, int words) {
        if (count <= 2 * words) {
            return new TokenMask(base, java.util.Arrays.copyOf(tokens, count), null);
        }
        long[] bits = base == null ? new long[words] : base.clone();
        for (int i = 0; i < count; i++) {
            bits[tokens[i] >> 6] |= 1L << tokens[i];
        }
        return new TokenMask(null, new int[0], bits);
    }

    /** Makes {@code bits} this set. */
    void copyTo(long[] bits) {
        long[] from = all != null ? all : base;
        if (from == null) {
            java.util.Arrays.fill(bits, 0);
        } else {
            System.arraycopy(from, 0, bits, 0, from.length);
        }
        for (int token : more) {
            bits[token >> 6] |= 1L << token;
        }
    }

    /** The only token, or {@link TokenTrie#NONE}. */
    int single() {
        return base == null && all == null && more.length == 1 ? more[0] : TokenTrie.NONE;
    }

    /** Memory of its own. */
    long bytes() {
        return 64 + 4L * more.length + (all == null ? 0 : 8L * all.length);
    }
}
