package io.jgemma.engine.grammar.trie;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A set of tokens, small where few or many plain ones are in it. Immutable.
 *
 * @param base tokens that many sets share, one bit each; null = none
 * @param shared whether others keep the base anyway
 * @param less tokens of the base that are not in the set
 * @param more further tokens
 */
record TokenMask(long @Nullable [] base, boolean shared, int[] less, int[] more) {
    private static final int[] NONE = {};

    /** The tokens in a list, besides those of a base that others keep. */
    static TokenMask of(long @Nullable [] base, Found less, Found more, int words) {
        if (more.count() <= 2 * words) {
            return new TokenMask(base, true, less.toArray(), more.toArray());
        }
        long[] bits = new long[words];
        new TokenMask(base, true, less.toArray(), NONE).copyTo(bits);
        more.addTo(bits);
        return new TokenMask(bits, false, NONE, NONE);
    }

    /** This set and some few tokens. */
    TokenMask with(Found tokens) {
        int[] all = Arrays.copyOf(more, more.length + tokens.count());
        System.arraycopy(tokens.toArray(), 0, all, more.length, tokens.count());
        return new TokenMask(base, true, less, all);
    }

    /** Makes {@code bits} this set. */
    void copyTo(long[] bits) {
        int words = 0;
        if (base != null) {
            words = Math.min(base.length, bits.length);
            System.arraycopy(base, 0, bits, 0, words);
        }
        Arrays.fill(bits, words, bits.length, 0);
        for (int token : less) {
            bits[token >> 6] &= ~(1L << token);
        }
        for (int token : more) {
            bits[token >> 6] |= 1L << token;
        }
    }

    /** Memory of its own. */
    long bytes() {
        long words = base == null || shared ? 0 : base.length;
        return 64 + 4L * (more.length + less.length) + 8 * words;
    }
}
