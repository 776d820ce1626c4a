package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * A text of which only some stretches may hold control tokens: those that a chat template or the model's file wrote. What
 * lies outside them came from people or programs, and stays text whatever it spells.
 */
public final class PromptText {
    private final String text;
    private final int[] bounds;

    /**
     * A text with its stretches.
     *
     * @param bounds begin and end of each stretch in UTF-16 units, ascending: {@code from, to, from, to ..}
     * @throws IllegalArgumentException when the bounds are not ascending pairs within the text
     */
    public PromptText(String text, int... bounds) {
        int last = 0;
        for (int bound : bounds) {
            if (bound < last || bound > text.length()) {
                throw new IllegalArgumentException("the bounds " + Arrays.toString(bounds)
                        + " are no ascending stretches of a text of " + text.length() + " characters");
            }
            last = bound;
        }
        if (bounds.length % 2 != 0) {
            throw new IllegalArgumentException("a stretch needs a begin and an end, but there are " + bounds.length);
        }
        this.text = text;
        this.bounds = bounds.clone();
    }

    /** The whole text. */
    public String text() {
        return text;
    }

    /** Begin and end of each stretch in which control tokens count, in UTF-16 units. */
    public int[] bounds() {
        return bounds.clone();
    }

    /** Whether all characters of {@code [from, to)} lie in one stretch. */
    public boolean covers(int from, int to) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] <= from && to <= bounds[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** The bounds as offsets into the text's UTF-8 as {@link Utf8#encode} makes it. */
    int[] byteBounds() {
        int[] bytes = new int[bounds.length];
        int at = 0;
        int offset = 0;
        for (int i = 0; i < bounds.length; i++) {
            while (at < bounds[i]) {
                int codePoint = text.codePointAt(at);
                offset += Utf8.length(codePoint);
                at += Character.charCount(codePoint);
            }
            bytes[i] = offset;
        }
        return bytes;
    }

    @Override
    public String toString() {
        return text;
    }
}
