package io.jgemma.engine;

import io.jgemma.engine.nn.InputRows;
import java.util.Arrays;

/** A growing list of the ids of a sequence's rows, see {@link InputRows}. */
final class TokenList {

    private int[] ids = new int[256];
    private int size;

    int size() {
        return size;
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    void addAll(int[] more, int from, int to) {
        for (int i = from; i < to; i++) {
            add(more[i]);
        }
    }

    void truncate(int length) {
        size = length;
    }

    TokenList copy() {
        TokenList copy = new TokenList();
        copy.ids = ids.clone();
        copy.size = size;
        return copy;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    /** The most of the first {@code end} rows that leaves every block whole or out. */
    int wholeBlocks(int end) {
        return end < size ? InputRows.wholeBlocks(ids, end) : size;
    }

    /** How many leading ids are equal. */
    int commonPrefix(int[] other) {
        int mismatch = Arrays.mismatch(ids, 0, size, other, 0, other.length);
        return mismatch < 0 ? size : mismatch;
    }
}
