package io.jgemma.engine.text;

/** What a token is for, with the numbers of {@code tokenizer.ggml.token_type}. */
public enum TokenType {
    /** Ordinary text. */
    NORMAL,
    /** Stands for text that the vocabulary cannot express; never printed. */
    UNKNOWN,
    /** Steers the model (begin of text, end of turn); recognised in a text only where the caller allows it. */
    CONTROL,
    /** A fixed string that is always cut out of the text first. */
    USER_DEFINED,
    /** A free place in the vocabulary; neither read from text nor printed. */
    UNUSED,
    /** One raw byte, written {@code <0xXX>}. */
    BYTE;

    private static final TokenType[] VALUES = values();

    /**
     * @param number 1 to 6
     * @param id the token that has it, for the message
     */
    static TokenType of(int number, int id) {
        if (number < 1 || number > VALUES.length) {
            throw new TokenizerException("tokenizer.ggml.token_type of token " + id + ": expected 1 to " + VALUES.length
                    + ", got " + number);
        }
        return VALUES[number - 1];
    }
}
