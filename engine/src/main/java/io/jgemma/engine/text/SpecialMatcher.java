package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * Finds tokens that are cut out of the text before anything else: a trie over their bytes. At each place the longest
 * match counts, and the leftmost place goes first. Immutable once filled.
 */
final class SpecialMatcher {
    /** A longer piece is no marker, and would make matching cost more than linear time. */
    static final int LONGEST_PIECE = 1024;

    private final boolean[] firstBytes = new boolean[256];
    /** {@code node << 8 | byte}, -1 is a free place. */
    private long[] keys = new long[64];

    private int[] children = new int[64];
    private int nodes = 1;
    /** The token that ends at a node, -1 if none. */
    private int[] tokens = new int[64];

    private final Vocabulary vocabulary;

    SpecialMatcher(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        Arrays.fill(keys, -1);
        Arrays.fill(tokens, -1);
        Pieces pieces = vocabulary.pieces();
        for (int id = 0; id < pieces.count(); id++) {
            TokenType type = vocabulary.type(id);
            boolean marker = type == TokenType.USER_DEFINED || vocabulary.isControl(id);
            if (marker && pieces.length(id) > 0 && pieces.length(id) <= LONGEST_PIECE) {
                add(pieces, id);
            }
        }
    }

    /** Whether a match can begin with this byte. */
    boolean mayBegin(byte first) {
        return firstBytes[first & 0xFF];
    }

    /**
     * The token that begins at {@code from}, or -1.
     *
     * @param controlEnd control tokens that reach beyond it do not count
     */
    int match(byte[] text, int from, int to, int controlEnd) {
        int node = 0;
        int found = -1;
        for (int at = from; at < to; at++) {
            node = child(node, text[at]);
            if (node < 0) {
                break;
            }
            int token = tokens[node];
            if (token >= 0 && (at < controlEnd || !vocabulary.isControl(token))) {
                found = token;
            }
        }
        return found;
    }

    private void add(Pieces pieces, int id) {
        byte[] bytes = pieces.bytes();
        firstBytes[bytes[pieces.from(id)] & 0xFF] = true;
        int node = 0;
        for (int at = pieces.from(id); at < pieces.to(id); at++) {
            int child = child(node, bytes[at]);
            node = child >= 0 ? child : grow(node, bytes[at]);
        }
        if (tokens[node] < 0) {
            tokens[node] = id;
        }
    }

    private int child(int node, byte value) {
        long key = (long) node << 8 | (value & 0xFF);
        int mask = keys.length - 1;
        for (int at = (int) Tables.mix(key) & mask; keys[at] != -1; at = at + 1 & mask) {
            if (keys[at] == key) {
                return children[at];
            }
        }
        return -1;
    }

    private int grow(int node, byte value) {
        if (nodes * 2 >= keys.length) {
            rehash();
        }
        if (nodes == tokens.length) {
            tokens = Arrays.copyOf(tokens, nodes * 2);
            Arrays.fill(tokens, nodes, tokens.length, -1);
        }
        put((long) node << 8 | (value & 0xFF), nodes);
        return nodes++;
    }

    private void put(long key, int child) {
        int mask = keys.length - 1;
        int at = (int) Tables.mix(key) & mask;
        while (keys[at] != -1) {
            at = at + 1 & mask;
        }
        keys[at] = key;
        children[at] = child;
    }

    private void rehash() {
        long[] oldKeys = keys;
        int[] oldChildren = children;
        keys = new long[oldKeys.length * 2];
        children = new int[keys.length];
        Arrays.fill(keys, -1);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != -1) {
                put(oldKeys[i], oldChildren[i]);
            }
        }
    }
}
