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

    /**
     * The text of {@code [from, to)} with its stretches.
     *
     * @throws IndexOutOfBoundsException when the text has no such part
     */
    public PromptText slice(int from, int to) {
        int[] inside = new int[bounds.length];
        int count = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            int begin = Math.max(bounds[i], from);
            int end = Math.min(bounds[i + 1], to);
            if (begin < end) {
                inside[count++] = begin - from;
                inside[count++] = end - from;
            }
        }
        return new PromptText(text.substring(from, to), Arrays.copyOf(inside, count));
    }

    /** This text between two others in which control tokens count. */
    public PromptText between(String before, String after) {
        int[] all = new int[bounds.length + 4];
        int shift = before.length();
        all[1] = shift;
        for (int i = 0; i < bounds.length; i++) {
            all[i + 2] = bounds[i] + shift;
        }
        all[all.length - 2] = shift + text.length();
        all[all.length - 1] = shift + text.length() + after.length();
        return new PromptText(before + text + after, joined(all));
    }

    /** This text with another behind it that holds no control tokens. */
    public PromptText followedBy(String plain) {
        return new PromptText(text + plain, bounds);
    }

    /** The same stretches, those that touch made one: a token may lie across their border. */
    private static int[] joined(int[] bounds) {
        int[] joined = new int[bounds.length];
        int count = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] == bounds[i + 1]) {
                continue;
            }
            if (count > 0 && joined[count - 1] == bounds[i]) {
                joined[count - 1] = bounds[i + 1];
            } else {
                joined[count++] = bounds[i];
                joined[count++] = bounds[i + 1];
            }
        }
        return Arrays.copyOf(joined, count);
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
