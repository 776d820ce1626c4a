package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Bytes that are mostly no UTF-8, and what the Unicode standard recommends to make of them, by its definitions. */
final class BrokenText {
    private static final int[] VALUES = {
        0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0,
        0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    /** Every beginning of a well-formed character that is not the whole of it. */
    private static final Set<String> BEGINNINGS = beginnings();

    private final Random random;

    BrokenText(long seed) {
        random = new Random(seed);
    }

    byte[] next() {
        byte[] bytes = new byte[1 + random.nextInt(8)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) VALUES[random.nextInt(VALUES.length)];
        }
        return bytes;
    }

    /** Whether the bytes are the beginning of a well-formed character, and not the whole. */
    static boolean canGrow(byte[] bytes, int from, int to) {
        return BEGINNINGS.contains(latin1(bytes, from, to));
    }

    static String decoded(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; ) {
            int length = whole(bytes, at);
            if (length > 0) {
                text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
            } else {
                length = 1;
                while (at + length < bytes.length && canGrow(bytes, at, at + length + 1)) {
                    length++;
                }
                text.append('\uFFFD');
            }
            at += length;
        }
        return text.toString();
    }

    /** Bytes of the well-formed character at {@code at}, 0 if there is none. */
    private static int whole(byte[] bytes, int at) {
        for (int length = 1; length <= Math.min(4, bytes.length - at); length++) {
            byte[] part = Arrays.copyOfRange(bytes, at, at + length);
            String text = new String(part, StandardCharsets.UTF_8);
            if (text.codePointCount(0, text.length()) == 1
                    && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), part)) {
                return length;
            }
        }
        return 0;
    }

    private static Set<String> beginnings() {
        Set<String> beginnings = new HashSet<>();
        for (int codePoint = 0x80; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
                for (int length = 1; length < bytes.length; length++) {
                    beginnings.add(latin1(bytes, 0, length));
                }
            }
        }
        return beginnings;
    }

    private static String latin1(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
