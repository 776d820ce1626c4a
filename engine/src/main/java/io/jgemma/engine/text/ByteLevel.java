package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * The alphabet in which byte-level BPE vocabularies spell bytes: printable Latin-1 stands for itself, the other 68 bytes,
 * in ascending order, for U+0100 and up. Immutable.
 */
final class ByteLevel {
    private static final int FIRST_STAND_IN = 0x100;
    private static final int STAND_INS = 68;

    /** The byte that each code point stands for, -1 if none. */
    private final short[] bytes = new short[FIRST_STAND_IN + STAND_INS];
    /** The code point that stands for each byte. */
    private final char[] letters = new char[256];

    ByteLevel() {
        Arrays.fill(bytes, (short) -1);
        int standIn = FIRST_STAND_IN;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value > 0x20 && value < 0x7F) || (value > 0xA0 && value != 0xAD);
            letters[value] = (char) (printable ? value : standIn++);
            bytes[letters[value]] = (short) value;
        }
    }

    /** Spells bytes: appends the UTF-8 of their letters. */
    void encode(byte[] text, int from, int to, ByteSink target) {
        for (int at = from; at < to; at++) {
            char letter = letters[text[at] & 0xFF];
            if (letter < 0x80) {
                target.add((byte) letter);
            } else {
                target.add((byte) (0xC0 | letter >> 6));
                target.add((byte) (0x80 | (letter & 0x3F)));
            }
        }
    }

    /** The bytes that a piece stands for; a piece with a character outside the alphabet stands for itself. */
    byte[] decode(byte[] text, int from, int to) {
        byte[] decoded = new byte[to - from];
        int count = 0;
        for (int at = from; at < to; at += Utf8.length(text[at])) {
            int codePoint = Utf8.codePoint(text, at);
            if (codePoint >= bytes.length || bytes[codePoint] < 0) {
                return Arrays.copyOfRange(text, from, to);
            }
            decoded[count++] = (byte) bytes[codePoint];
        }
        return count == decoded.length ? decoded : Arrays.copyOf(decoded, count);
    }
}
