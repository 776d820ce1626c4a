package io.jgemma.engine.grammar.trie;

import java.util.Arrays;

/** A growing list of tokens. */
final class Found {
    private static final int[] NONE = {};

    private int[] tokens = new int[64];
    private int count;

    int count() {
        return count;
    }

    void add(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
    }

    void add(int[] from, int begin, int end) {
        if (count + end - begin > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + end - begin));
        }
        System.arraycopy(from, begin, tokens, count, end - begin);
        count += end - begin;
    }

    void clear() {
        count = 0;
    }

    /** Sets the bit of each token. */
    void addTo(long[] bits) {
        for (int i = 0; i < count; i++) {
            bits[tokens[i] >> 6] |= 1L << tokens[i];
        }
    }

    int[] toArray() {
        return count == 0 ? NONE : Arrays.copyOf(tokens, count);
    }
}
