package io.jgemma.engine.text;

/** The spelling of byte tokens: {@code <0x00>} to {@code <0xFF>}. */
final class ByteNames {
    private ByteNames() {}

    static boolean valid(String piece) {
        return piece.length() == 6
                && piece.startsWith("<0x")
                && piece.charAt(5) == '>'
                && Character.digit(piece.charAt(3), 16) >= 0
                && Character.digit(piece.charAt(4), 16) >= 0;
    }

    /**
     * @param piece a valid name
     */
    static int value(String piece) {
        return Character.digit(piece.charAt(3), 16) << 4 | Character.digit(piece.charAt(4), 16);
    }
}
