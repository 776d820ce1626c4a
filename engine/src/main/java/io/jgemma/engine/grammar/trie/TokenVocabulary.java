package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.regex.PlainText;
import io.jgemma.engine.grammar.rule.ControlTokens;
import io.jgemma.engine.text.TokenType;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Vocabulary;
import java.util.Arrays;
import java.util.List;

/** The tokens of a vocabulary, prepared for constraints; made once a tokenizer. Safe for any number of threads. */
public final class TokenVocabulary {
    private static final byte[] NEVER = {};
    private static final int[] SLICE_CHARS = {4, 10, 24};

    private final byte[][] pieces;
    private final TokenTrie trie;
    private final TokenTrie plainTrie;
    private final TokenTrie longTrie;
    private final List<Slice> slices;
    private final WalkBuffers.Pool buffers;

    private TokenVocabulary(byte[][] pieces) {
        this.pieces = pieces;
        trie = TokenTrie.of(pieces);
        plainTrie = TokenTrie.of(plain(pieces));
        longTrie = TokenTrie.of(longOnes(pieces));
        buffers = new WalkBuffers.Pool(trie.maxDepth);
        slices = List.of(
                Slice.of(pieces, Integer.MAX_VALUE),
                Slice.of(pieces, SLICE_CHARS[2]),
                Slice.of(pieces, SLICE_CHARS[1]),
                Slice.of(pieces, SLICE_CHARS[0]));
    }

    /**
     * A tokenizer's tokens.
     *
     * @param size how many ids there are; those past the tokenizer's own are never allowed
     */
    public static TokenVocabulary of(Tokenizer tokenizer, int size) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        byte[][] pieces = new byte[size][];
        Arrays.fill(pieces, NEVER);
        for (int id = 0; id < Math.min(size, vocabulary.size()); id++) {
            pieces[id] = piece(tokenizer, vocabulary, id);
        }
        return new TokenVocabulary(pieces);
    }

    /**
     * Tokens given by their bytes.
     *
     * @param pieces by id; none = never allowed
     */
    public static TokenVocabulary of(byte[][] pieces) {
        return new TokenVocabulary(pieces.clone());
    }

    private static byte[][] plain(byte[][] pieces) {
        byte[][] plain = pieces.clone();
        for (int id = 0; id < plain.length; id++) {
            if (PlainText.chars(plain[id]) < 0) {
                plain[id] = NEVER;
            }
        }
        return plain;
    }

    private static byte[][] longOnes(byte[][] pieces) {
        byte[][] found = pieces.clone();
        for (int id = 0; id < found.length; id++) {
            if (found[id].length <= Automaton.SHORT_TOKEN_BYTES) {
                found[id] = NEVER;
            }
        }
        return found;
    }

    private static byte[] piece(Tokenizer tokenizer, Vocabulary vocabulary, int id) {
        if (vocabulary.isEndOfGeneration(id)) {
            return NEVER;
        }
        TokenType type = vocabulary.type(id);
        return switch (type) {
            case NORMAL, USER_DEFINED, BYTE -> text(tokenizer.pieceBytes(id));
            case CONTROL -> ControlTokens.bytes(vocabulary.piece(id));
            case UNKNOWN, UNUSED -> NEVER;
        };
    }

    private static byte[] text(byte[] bytes) {
        return bytes.length > 0 && ControlTokens.isMark(bytes[0]) ? NEVER : bytes;
    }

    /** How many ids there are. */
    public int size() {
        return pieces.length;
    }

    /** Words of 64 bits in a bit set over all ids. */
    public int words() {
        return (pieces.length + 63) >> 6;
    }

    /** A token's bytes; none if it is never allowed. */
    byte[] bytes(int id) {
        return pieces[id];
    }

    /** The tokens that are plain text. */
    TokenTrie plainTrie() {
        return plainTrie;
    }

    /** The tokens of more than {@link Automaton#SHORT_TOKEN_BYTES}. */
    TokenTrie longTrie() {
        return longTrie;
    }

    /** What searches among the tokens fill. */
    WalkBuffers.Pool buffers() {
        return buffers;
    }

    TokenTrie trie() {
        return trie;
    }

    /** From the one with all plain tokens to the one with the shortest. */
    List<Slice> slices() {
        return slices;
    }
}
