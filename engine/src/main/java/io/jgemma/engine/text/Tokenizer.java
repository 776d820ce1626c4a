package io.jgemma.engine.text;

import java.util.List;

/** Text to token ids and back. Immutable and safe for any number of threads. */
public interface Tokenizer {
    /**
     * The ids of a text. Unpaired surrogates are read as U+FFFD.
     *
     * @throws TokenizerException if the vocabulary has no way to express the text
     */
    int[] encode(String text, EncodeOptions options);

    /**
     * The ids of a prompt. The text is encoded as one, so that what stands beside each other merges as it would anywhere; a
     * control token counts only where all its characters lie in a stretch in which such tokens may stand.
     *
     * @param addSpecial as {@link EncodeOptions#addSpecial}
     * @throws TokenizerException if the vocabulary has no way to express the text
     */
    int[] encode(PromptText prompt, boolean addSpecial);

    /** The ids of a plain text: nothing added, control tokens spelled out in it stay text. */
    default int[] encode(String text) {
        return encode(text, EncodeOptions.TEXT);
    }

    /**
     * The text of {@code ids}, without control tokens. Bytes that are no UTF-8 become U+FFFD.
     *
     * @throws TokenizerException if an id is outside the vocabulary
     */
    default String decode(int[] ids) {
        return decode(ids, false);
    }

    /**
     * The text of {@code ids}.
     *
     * @param special whether control tokens are spelled out
     */
    String decode(int[] ids, boolean special);

    /** The raw bytes of one token, possibly half a character; none for a control token. */
    default byte[] pieceBytes(int id) {
        return pieceBytes(id, false);
    }

    /**
     * The raw bytes of one token.
     *
     * @param special whether a control token gives its name instead of nothing
     */
    byte[] pieceBytes(int id, boolean special);

    /** The tokens behind the ids. */
    Vocabulary vocabulary();

    /** What was doubtful about the file, one sentence each. */
    List<String> warnings();
}
