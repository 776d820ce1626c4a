package io.jgemma.engine.grammar.trie;

import java.util.Arrays;

/** A growing list of tokens. */
final class Found {
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

    int[] toArray() {
        return Arrays.copyOf(tokens, count);
    }
}
