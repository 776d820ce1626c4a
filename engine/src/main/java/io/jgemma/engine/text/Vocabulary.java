package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * The tokens of a model: their strings, types, scores and the ids with a special role. Immutable and safe for any
 * number of threads.
 */
public final class Vocabulary {
    /** In place of an id: the model has no such token. */
    public static final int NONE = -1;

    /**
     * The ids with a role, {@link #NONE} where there is none.
     *
     * @param bos begin of text
     * @param eos end of text (in many chat models: end of turn)
     * @param eot end of turn
     * @param unk unknown text
     * @param pad padding
     */
    record SpecialIds(int bos, int eos, int eot, int unk, int pad) {}

    /**
     * What the file asks for around a text.
     *
     * @param addBos begin every text with {@code bos}
     * @param addEos end every text with {@code eos}
     * @param addSpacePrefix begin every stretch of text with a space (SentencePiece only)
     */
    record Framing(boolean addBos, boolean addEos, boolean addSpacePrefix) {}

    private final Pieces pieces;
    private final PieceIndex index;
    private final TokenType[] types;
    private final float[] scores;
    private final SpecialIds ids;
    private final Framing framing;
    private final int[] endOfGeneration;

    /**
     * @param scores one per token, or empty
     * @param endOfGeneration ascending
     */
    Vocabulary(
            Pieces pieces,
            PieceIndex index,
            TokenType[] types,
            float[] scores,
            SpecialIds ids,
            Framing framing,
            int[] endOfGeneration) {
        this.pieces = pieces;
        this.index = index;
        this.types = types;
        this.scores = scores;
        this.ids = ids;
        this.framing = framing;
        this.endOfGeneration = endOfGeneration;
    }

    /** Number of tokens; ids run from 0 to one less. */
    public int size() {
        return types.length;
    }

    /** The token's string as the file spells it (spaces as U+2581, or bytes in the byte-level alphabet). */
    public String piece(int id) {
        return pieces.text(check(id));
    }

    /** The lowest id whose string is {@code piece} (spelled as in the file), or {@link #NONE}. */
    public int id(String piece) {
        byte[] bytes = Utf8.encode(piece);
        return index.find(bytes, 0, bytes.length);
    }

    /** The token's merge score (SentencePiece; the highest merges first); 0 where the file has none. */
    public float score(int id) {
        check(id);
        return scores.length == 0 ? 0 : scores[id];
    }

    /** The token's type; control tokens that the file mislabels are put right. */
    public TokenType type(int id) {
        return types[check(id)];
    }

    /** Whether the token steers the model and is no text (also the token for unknown text). */
    public boolean isControl(int id) {
        TokenType type = type(id);
        return type == TokenType.CONTROL || type == TokenType.UNKNOWN;
    }

    /** Whether an answer ends with this token. */
    public boolean isEndOfGeneration(int id) {
        for (int end : endOfGeneration) {
            if (end == id) {
                return true;
            }
        }
        return false;
    }

    /** The ids that end an answer, ascending: those that the file names, and those known by name. */
    public int[] endOfGenerationIds() {
        return Arrays.copyOf(endOfGeneration, endOfGeneration.length);
    }

    /** Begin of text, or {@link #NONE}. */
    public int bosId() {
        return ids.bos;
    }

    /** End of text, or {@link #NONE}. */
    public int eosId() {
        return ids.eos;
    }

    /** End of a turn in a conversation, or {@link #NONE}. */
    public int eotId() {
        return ids.eot;
    }

    /** What stands for text that cannot be expressed, or {@link #NONE}. */
    public int unkId() {
        return ids.unk;
    }

    /** Padding, or {@link #NONE}. */
    public int padId() {
        return ids.pad;
    }

    /** Whether the model wants {@link #bosId} before every text. */
    public boolean addBos() {
        return framing.addBos;
    }

    /** Whether the model wants {@link #eosId} after every text. */
    public boolean addEos() {
        return framing.addEos;
    }

    /** Whether each stretch of text gets a space before it when encoded, taken away again when decoded. */
    public boolean addSpacePrefix() {
        return framing.addSpacePrefix;
    }

    Pieces pieces() {
        return pieces;
    }

    PieceIndex index() {
        return index;
    }

    private int check(int id) {
        if (id < 0 || id >= types.length) {
            throw new TokenizerException(
                    "token id " + id + " is outside the vocabulary of " + types.length + " tokens");
        }
        return id;
    }
}
