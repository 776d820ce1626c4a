package io.jgemma.engine.grammar.trie;

import java.util.Arrays;

/**
 * The bytes of tokens as a trie, its nodes in the order of a depth-first walk, so that a walk is one pass over arrays that
 * leaves out what it cannot use. Immutable.
 */
final class TokenTrie {
    /** In place of a token: there is none. */
    static final int NONE = -1;

    /** Added to a token: {@link #twins} has more, which are so few that looking there for each token would take longer. */
    static final int TWINS = 1 << 30;

    /** By node: the byte that leads to it. */
    final byte[] labels;

    /** By node: bytes from the root to its parent. */
    final short[] depths;

    /** By node: the first node that is not below it. */
    final int[] ends;

    /** By node: a token that ends there, with {@link #TWINS} if others have the same bytes, or {@link #NONE}. */
    final int[] tokens;

    /** By token: another token with the same bytes, or {@link #NONE}. */
    final int[] twins;

    /** Bytes of the longest token. */
    final int maxDepth;

    private TokenTrie(Builder builder, int[] twins) {
        int count = builder.count;
        labels = Arrays.copyOf(builder.labels, count);
        depths = Arrays.copyOf(builder.depths, count);
        ends = Arrays.copyOf(builder.ends, count);
        tokens = Arrays.copyOf(builder.tokens, count);
        this.twins = twins;
        maxDepth = builder.maxDepth;
    }

    /**
     * The trie of tokens.
     *
     * @param pieces by token: its bytes; none = it does not take part
     */
    static TokenTrie of(byte[][] pieces) {
        Integer[] order = new Integer[pieces.length];
        int count = 0;
        for (int id = 0; id < pieces.length; id++) {
            byte[] piece = pieces[id];
            if (piece.length > 0) {
                order[count++] = id;
            }
        }
        Arrays.sort(order, 0, count, (a, b) -> Arrays.compareUnsigned(pieces[a], pieces[b]));
        Builder builder = new Builder();
        int[] twins = new int[pieces.length];
        Arrays.fill(twins, NONE);
        byte[] last = {};
        int lastId = NONE;
        for (int i = 0; i < count; i++) {
            int id = order[i];
            byte[] piece = pieces[id];
            if (Arrays.equals(piece, last)) {
                twins[id] = twins[lastId];
                twins[lastId] = id;
                builder.last(lastId | TWINS);
            } else {
                builder.add(piece, last, id);
                last = piece;
                lastId = id;
            }
        }
        builder.close(0);
        return new TokenTrie(builder, twins);
    }

    /** Bytes as tokens, each the longest that fits; where none fits, what is left is left out. */
    int[] cut(byte[] bytes) {
        Found found = new Found();
        int at = 0;
        while (at < bytes.length) {
            int length = 0;
            int longest = NONE;
            int node = 0;
            int end = nodes();
            for (int i = at; i < bytes.length && node < end; i++) {
                while (node < end && labels[node] != bytes[i]) {
                    node = ends[node];
                }
                if (node < end) {
                    if (tokens[node] != NONE) {
                        longest = tokens[node] & ~TWINS;
                        length = i + 1 - at;
                    }
                    end = ends[node];
                    node++;
                }
            }
            if (longest == NONE) {
                return found.toArray();
            }
            found.add(longest);
            at += length;
        }
        return found.toArray();
    }

    int nodes() {
        return labels.length;
    }

    /** Appends nodes in the order of the walk. */
    private static final class Builder {
        private byte[] labels = new byte[1024];
        private short[] depths = new short[1024];
        private int[] ends = new int[1024];
        private int[] tokens = new int[1024];
        private int[] open = new int[64];
        private int openCount;
        private int count;
        private int maxDepth;

        void add(byte[] piece, byte[] last, int id) {
            int common = Math.max(Arrays.mismatch(piece, last), 0);
            close(common);
            for (int depth = common; depth < piece.length; depth++) {
                if (count == labels.length) {
                    labels = Arrays.copyOf(labels, 2 * count);
                    depths = Arrays.copyOf(depths, 2 * count);
                    ends = Arrays.copyOf(ends, 2 * count);
                    tokens = Arrays.copyOf(tokens, 2 * count);
                }
                if (openCount == open.length) {
                    open = Arrays.copyOf(open, 2 * openCount);
                }
                open[openCount++] = count;
                labels[count] = piece[depth];
                depths[count] = (short) depth;
                tokens[count] = NONE;
                count++;
            }
            tokens[count - 1] = id;
            maxDepth = Math.max(maxDepth, piece.length);
        }

        /** Changes the token that was added last. */
        void last(int token) {
            tokens[count - 1] = token;
        }

        /** Ends the nodes deeper than {@code depth}. */
        void close(int depth) {
            while (openCount > depth) {
                ends[open[--openCount]] = count;
            }
        }
    }
}
