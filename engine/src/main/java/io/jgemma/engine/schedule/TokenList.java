package io.jgemma.engine.schedule;

import io.jgemma.engine.nn.InputRows;
import java.util.Arrays;

/** A growing list of the ids of a sequence's rows, see {@link InputRows}. */
public final class TokenList {

    private int[] ids = new int[256];
    private int size;

    /** Number of ids. */
    public int size() {
        return size;
    }

    /** Appends an id. */
    public void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    /** Appends {@code more[from..to)}. */
    public void addAll(int[] more, int from, int to) {
        for (int i = from; i < to; i++) {
            add(more[i]);
        }
    }

    /** Forgets what lies behind {@code length}. */
    public void truncate(int length) {
        size = length;
    }

    /** Another list of the same ids. */
    public TokenList copy() {
        TokenList copy = new TokenList();
        copy.ids = ids.clone();
        copy.size = size;
        return copy;
    }

    /** The ids. */
    public int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    /** A list of these ids. */
    public static TokenList of(int... ids) {
        TokenList list = new TokenList();
        list.addAll(ids, 0, ids.length);
        return list;
    }

    /** The id at {@code index}, which is less than {@link #size}. */
    public int get(int index) {
        return ids[index];
    }

    /** The ids {@code from} to {@code to}, exclusive. */
    public int[] slice(int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    /** The most of the first {@code end} rows that leaves every block whole or out; see {@link InputRows#wholeBlocks}. */
    public int wholeBlocks(int end) {
        return end < size ? InputRows.wholeBlocks(ids, end) : size;
    }

    /** How many leading ids are equal, at most {@code most}. */
    public int commonPrefix(TokenList other, int most) {
        int end = Math.min(most, Math.min(size, other.size));
        int mismatch = Arrays.mismatch(ids, 0, end, other.ids, 0, end);
        return mismatch < 0 ? end : mismatch;
    }
}
