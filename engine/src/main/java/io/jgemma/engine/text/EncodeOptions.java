package io.jgemma.engine.text;

/**
 * How a text becomes token ids.
 *
 * @param addSpecial adds begin and end of text as the model's file asks; a text that already begins with the
 *     begin token (most chat templates print it) does not get a second one
 * @param parseSpecial control tokens spelled out in the text become those tokens; leave it off for text from strangers
 */
public record EncodeOptions(boolean addSpecial, boolean parseSpecial) {
    /** A rendered chat template or a raw prompt. */
    public static final EncodeOptions PROMPT = new EncodeOptions(true, true);

    /** Text and nothing else. */
    public static final EncodeOptions TEXT = new EncodeOptions(false, false);

    /** A piece of a prompt: control tokens are read, nothing is added. */
    public static final EncodeOptions FRAGMENT = new EncodeOptions(false, true);
}
