package io.jgemma.engine.grammar.regex;

/** Which bytes are plain characters in UTF-8: none of the control characters, quotes, and the backslash. */
public final class PlainText {
    /** Whole characters beyond ASCII: ranges of the bytes of each kind of sequence (Unicode standard, table 3-7). */
    private static final int[][] SEQUENCES = {
        {0xC2, 0xDF, 0x80, 0xBF},
        {0xE0, 0xE0, 0xA0, 0xBF, 0x80, 0xBF},
        {0xE1, 0xEC, 0x80, 0xBF, 0x80, 0xBF},
        {0xED, 0xED, 0x80, 0x9F, 0x80, 0xBF},
        {0xEE, 0xEF, 0x80, 0xBF, 0x80, 0xBF},
        {0xF0, 0xF0, 0x90, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
        {0xF1, 0xF3, 0x80, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
        {0xF4, 0xF4, 0x80, 0x8F, 0x80, 0xBF, 0x80, 0xBF}
    };

    private PlainText() {}

    /** The ranges of bytes that whole characters beyond ASCII are made of. */
    public static int[][] sequences() {
        return SEQUENCES;
    }

    /** Whether a byte is a plain character by itself. */
    public static boolean isPlain(int value) {
        return value >= 0x20 && value < 0x7F && value != '"' && value != '\'' && value != '\\';
    }

    /** How many plain characters the bytes are; -1 if they are anything else. */
    public static int chars(byte[] bytes) {
        int count = 0;
        for (int at = 0; at < bytes.length; count++) {
            int value = bytes[at] & 0xFF;
            int length = value < 0x80 ? (isPlain(value) ? 1 : 0) : length(bytes, at);
            if (length == 0) {
                return -1;
            }
            at += length;
        }
        return count;
    }

    private static int length(byte[] bytes, int at) {
        for (int[] ranges : SEQUENCES) {
            int length = ranges.length / 2;
            boolean matches = at + length <= bytes.length;
            for (int i = 0; matches && i < length; i++) {
                int value = bytes[at + i] & 0xFF;
                matches = value >= ranges[2 * i] && value <= ranges[2 * i + 1];
            }
            if (matches) {
                return length;
            }
        }
        return 0;
    }
}
