package io.jgemma.engine.text;

/**
 * Joins the bytes of tokens to text. Where the vocabulary puts a space before every stretch of text, that space is taken
 * away again: at the beginning and after each token that was cut out of the text. Not thread-safe.
 */
final class TextAssembler {
    private final Tokenizer tokenizer;
    private final boolean special;
    private final boolean spacePrefix;
    private final ByteSink bytes = new ByteSink();
    private boolean atPrefix;

    /**
     * @param special whether control tokens are spelled out
     * @param atBeginning whether the tokens begin a text (and do not continue one)
     */
    TextAssembler(Tokenizer tokenizer, boolean special, boolean atBeginning) {
        this.tokenizer = tokenizer;
        this.special = special;
        this.spacePrefix = tokenizer.vocabulary().addSpacePrefix();
        this.atPrefix = spacePrefix && atBeginning;
    }

    void add(int id) {
        byte[] piece = tokenizer.pieceBytes(id, special);
        TokenType type = tokenizer.vocabulary().type(id);
        if (type != TokenType.NORMAL && type != TokenType.BYTE) {
            atPrefix = spacePrefix;
            bytes.add(piece, 0, piece.length);
        } else if (piece.length > 0) {
            bytes.add(piece, atPrefix && piece[0] == ' ' ? 1 : 0, piece.length);
            atPrefix = false;
        }
    }

    int size() {
        return bytes.size();
    }

    /** Bytes at the end that wait for the rest of their character. */
    int unfinished() {
        return Utf8.unfinished(bytes.array(), bytes.size());
    }

    String take(int count) {
        return bytes.takeText(count);
    }
}
