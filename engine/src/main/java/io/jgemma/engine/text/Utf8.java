package io.jgemma.engine.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 in byte arrays. What {@link #encode} returns is always well formed, so the readers here need no checks. */
final class Utf8 {
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private Utf8() {}

    /** The text in UTF-8; an unpaired surrogate becomes U+FFFD (and not the question mark of {@code getBytes}). */
    static byte[] encode(String text) {
        if (wellFormed(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteBuffer bytes;
        try {
            bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new AssertionError("an encoder that replaces reports nothing", e);
        }
        byte[] exact = new byte[bytes.remaining()];
        bytes.get(exact);
        return exact;
    }

    private static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isSurrogate(unit)) {
                if (Character.isLowSurrogate(unit)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Bytes of the character whose first byte is {@code lead}. */
    static int length(byte lead) {
        if (lead >= 0) {
            return 1;
        }
        int bits = lead & 0xFF;
        return bits < 0xE0 ? 2 : bits < 0xF0 ? 3 : 4;
    }

    /** The code point that begins at {@code at}. */
    static int codePoint(byte[] text, int at) {
        int lead = text[at];
        if (lead >= 0) {
            return lead;
        }
        lead &= 0xFF;
        if (lead < 0xE0) {
            return (lead & 0x1F) << 6 | (text[at + 1] & 0x3F);
        }
        if (lead < 0xF0) {
            return (lead & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 | (text[at + 2] & 0x3F);
        }
        return (lead & 0x07) << 18 | (text[at + 1] & 0x3F) << 12 | (text[at + 2] & 0x3F) << 6 | (text[at + 3] & 0x3F);
    }

    /** Bytes that {@code codePoint} takes. */
    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Where the character that ends just before {@code end} begins. */
    static int before(byte[] text, int end) {
        int at = end - 1;
        while ((text[at] & 0xC0) == 0x80) {
            at--;
        }
        return at;
    }

    /**
     * The text of any bytes. Each maximal subpart of an ill-formed sequence becomes one U+FFFD, as the Unicode standard
     * recommends; {@code new String} differs for encoded surrogates, which would make the result depend on where a
     * stream is cut.
     */
    static String decode(byte[] bytes, int from, int to) {
        int at = wellFormedEnd(bytes, from, to);
        String text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
        if (at == to) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        while (at < to) {
            at -= check(bytes, at, to);
            repaired.append('\uFFFD');
            int end = wellFormedEnd(bytes, at, to);
            repaired.append(new String(bytes, at, end - at, StandardCharsets.UTF_8));
            at = end;
        }
        return repaired.toString();
    }

    static boolean isWellFormed(byte[] bytes) {
        return wellFormedEnd(bytes, 0, bytes.length) == bytes.length;
    }

    private static int wellFormedEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int length = bytes[at] >= 0 ? 1 : check(bytes, at, to);
            if (length < 0) {
                return at;
            }
            at += length;
        }
        return at;
    }

    /** The length of the character at {@code at}, or if it is ill-formed, minus the length of its maximal subpart. */
    private static int check(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        if (!leads(lead)) {
            return -1;
        }
        int length = length((byte) lead);
        for (int i = 1; i < length; i++) {
            int next = at + i < to ? bytes[at + i] & 0xFF : 0;
            if ((next & 0xC0) != 0x80 || (i == 1 && !secondFits(lead, next))) {
                return -i;
            }
        }
        return length;
    }

    /**
     * How many bytes at the end of {@code bytes[0, length)} begin a character that more bytes could complete: 0 to 3.
     * Only such bytes may wait; anything else is already known to be good or bad.
     */
    static int unfinished(byte[] bytes, int length) {
        for (int back = 1; back <= Math.min(3, length); back++) {
            byte lead = bytes[length - back];
            if (lead >= 0) {
                return 0;
            }
            if ((lead & 0xC0) == 0xC0) {
                boolean waits = leads(lead & 0xFF) && length(lead) > back;
                return waits && check(bytes, length - back, length) == -back ? back : 0;
            }
        }
        return 0;
    }

    /** Whether a character of more than one byte can begin so. */
    private static boolean leads(int value) {
        return value >= 0xC2 && value <= 0xF4;
    }

    /** Table 3-7 of the Unicode standard: the second byte shuts out overlong forms, surrogates and beyond U+10FFFF. */
    private static boolean secondFits(int lead, int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second <= 0x9F;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second <= 0x8F;
            default -> true;
        };
    }
}
