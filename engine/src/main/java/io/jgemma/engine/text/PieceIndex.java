package io.jgemma.engine.text;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** From the bytes of a piece to its id: open addressing over one array, no objects per entry. Immutable. */
final class PieceIndex {
    /** Only pieces made to collide get this far. */
    private static final int LONGEST_PROBE = 4096;

    private final Pieces pieces;
    /** Upper half: hash, lower half: id; -1 is a free place. */
    private final long[] table;

    private final int mask;
    private final int longest;

    /**
     * @param wanted the ids to index; of equal pieces the lowest id is found
     */
    PieceIndex(Pieces pieces, IntPredicate wanted) {
        this.pieces = pieces;
        table = new long[Tables.capacity(pieces.count())];
        mask = table.length - 1;
        Arrays.fill(table, -1);
        int longestPiece = 0;
        for (int id = 0; id < pieces.count(); id++) {
            if (pieces.length(id) > 0 && wanted.test(id)) {
                insert(id);
                longestPiece = Math.max(longestPiece, pieces.length(id));
            }
        }
        longest = longestPiece;
    }

    /** Bytes of the longest piece that can be found. */
    int longest() {
        return longest;
    }

    /** The id of {@code text[from, to)}, or -1. */
    int find(byte[] text, int from, int to) {
        if (to - from > longest) {
            return -1;
        }
        int hash = hash(text, from, to);
        for (int at = hash & mask; ; at = at + 1 & mask) {
            long entry = table[at];
            if (entry == -1) {
                return -1;
            }
            if ((int) (entry >> 32) == hash && pieces.equal((int) entry, text, from, to)) {
                return (int) entry;
            }
        }
    }

    private void insert(int id) {
        byte[] bytes = pieces.bytes();
        int from = pieces.from(id);
        int to = pieces.to(id);
        int hash = hash(bytes, from, to);
        int at = hash & mask;
        for (int probe = 0; table[at] != -1; probe++, at = at + 1 & mask) {
            if ((int) (table[at] >> 32) == hash && pieces.equal((int) table[at], bytes, from, to)) {
                return;
            }
            if (probe == LONGEST_PROBE) {
                throw new TokenizerException("tokenizer.ggml.tokens: more than " + LONGEST_PROBE
                        + " pieces collide at token " + id + "; this is not a vocabulary that was trained");
            }
        }
        table[at] = (long) hash << 32 | id;
    }

    private static int hash(byte[] text, int from, int to) {
        long hash = 0xCBF29CE484222325L;
        for (int i = from; i < to; i++) {
            hash = (hash ^ (text[i] & 0xFF)) * 0x100000001B3L;
        }
        return (int) Tables.mix(hash);
    }
}
