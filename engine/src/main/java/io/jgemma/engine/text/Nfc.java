package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;

/** Unicode's composed normal form, in time linear in the text. */
final class Nfc {
    /**
     * Marks in a row that are put in order together. Ordering costs the square of their number, so longer runs (no
     * language has them) are normalized in parts.
     */
    static final int LONGEST_MARK_RUN = 512;

    /** First byte of U+0300; text below it is always in normal form. */
    private static final int FIRST_MARK_LEAD = 0xCC;

    private Nfc() {}

    /** The normal form of {@code text[from, to)} and nothing else. */
    static byte[] normalize(byte[] text, int from, int to) {
        int at = from;
        while (at < to && (text[at] & 0xFF) < FIRST_MARK_LEAD) {
            at++;
        }
        if (at == to) {
            return Arrays.copyOfRange(text, from, to);
        }
        return normalize(new String(text, from, to - from, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String normalize(String text) {
        int[] cuts = new int[4];
        int count = 0;
        int run = 0;
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            run = CharClass.mark(codePoint) ? run + 1 : 0;
            if (run > LONGEST_MARK_RUN) {
                if (count == cuts.length) {
                    cuts = Arrays.copyOf(cuts, count * 2);
                }
                cuts[count++] = at;
                run = 1;
            }
            at += Character.charCount(codePoint);
        }
        if (count == 0) {
            return Normalizer.normalize(text, Normalizer.Form.NFC);
        }
        StringBuilder normal = new StringBuilder(text.length());
        int from = 0;
        for (int i = 0; i <= count; i++) {
            int to = i < count ? cuts[i] : text.length();
            normal.append(Normalizer.normalize(text.substring(from, to), Normalizer.Form.NFC));
            from = to;
        }
        return normal.toString();
    }
}
