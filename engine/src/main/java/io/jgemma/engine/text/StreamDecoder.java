package io.jgemma.engine.text;

/**
 * Turns a stream of token ids into pieces of text, never half a character: bytes that more bytes could complete wait for
 * them. All pieces joined are what {@link Tokenizer#decode} gives for all ids. Not thread-safe.
 */
public final class StreamDecoder {
    private final TextAssembler text;

    private StreamDecoder(TextAssembler text) {
        this.text = text;
    }

    /** For ids that begin a text: a space that the vocabulary puts before every text is left out. */
    public static StreamDecoder ofText(Tokenizer tokenizer) {
        return new StreamDecoder(new TextAssembler(tokenizer, false, true));
    }

    /** For ids that continue a prompt: a space at their beginning belongs to the text. */
    public static StreamDecoder ofContinuation(Tokenizer tokenizer) {
        return new StreamDecoder(new TextAssembler(tokenizer, false, false));
    }

    /** As {@link #ofContinuation}, with control tokens spelled out. */
    public static StreamDecoder ofContinuationWithSpecials(Tokenizer tokenizer) {
        return new StreamDecoder(new TextAssembler(tokenizer, true, false));
    }

    /**
     * The text that this token completes, often empty.
     *
     * @throws TokenizerException if the id is outside the vocabulary
     */
    public String push(int id) {
        text.add(id);
        return text.take(text.size() - text.unfinished());
    }

    /** What was still waiting for the rest of a character, as U+FFFD; the decoder can be used on. */
    public String flush() {
        return text.take(text.size());
    }
}
