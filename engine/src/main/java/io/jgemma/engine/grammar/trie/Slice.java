package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.regex.PlainText;

/**
 * Tokens that are plain text of at most so many characters, cut out ahead: where a grammar takes any plain character the same
 * way, all of them are allowed at once and only the other tokens have to be looked at.
 *
 * <p>Plain are all characters but control characters, quotes and the backslash.
 *
 * @param maxChars characters of the longest
 * @param mask one bit for each token
 * @param shortMask the same without tokens of more than {@link Automaton#SHORT_TOKEN_BYTES}
 * @param rest the other tokens
 */
record Slice(int maxChars, long[] mask, long[] shortMask, TokenTrie rest) {

    static Slice of(byte[][] pieces, int maxChars) {
        long[] mask = new long[(pieces.length + 63) / 64];
        long[] shortMask = new long[mask.length];
        byte[][] rest = pieces.clone();
        for (int id = 0; id < pieces.length; id++) {
            byte[] piece = pieces[id];
            if (piece.length > 0) {
                int chars = PlainText.chars(piece);
                if (chars > 0 && chars <= maxChars) {
                    mask[id >> 6] |= 1L << id;
                    shortMask[id >> 6] |= piece.length <= Automaton.SHORT_TOKEN_BYTES ? 1L << id : 0;
                    rest[id] = new byte[0];
                }
            }
        }
        return new Slice(maxChars, mask, shortMask, TokenTrie.of(rest));
    }
}
