package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cuts strings into parts as Python does; each part is charged when it is found. */
final class Splits {
    /** What a part takes: its place and the string made of it, without the characters. */
    private static final int PART_BYTES = 2 * Meter.ITEM_BYTES;

    private Splits() {}

    /**
     * A part of a string.
     *
     * @param from its first UTF-16 unit
     * @param to the one behind it
     */
    record Span(int from, int to) {}

    private static void add(Meter meter, List<Span> parts, int from, int to) {
        meter.work(to - from);
        meter.memory(PART_BYTES + (long) Character.BYTES * (to - from));
        parts.add(new Span(from, to));
    }

    private static List<Span> reversed(List<Span> parts) {
        Collections.reverse(parts);
        return parts;
    }

    /** {@code str.split()} at runs of white space. */
    static List<Span> splitSpace(Meter meter, String s, long limit) {
        List<Span> parts = new ArrayList<>();
        int i = 0;
        while (true) {
            while (i < s.length() && Text.isSpace(s.charAt(i))) {
                i++;
            }
            if (i == s.length()) {
                return parts;
            }
            if (limit >= 0 && parts.size() >= limit) {
                add(meter, parts, i, s.length());
                return parts;
            }
            int start = i;
            while (i < s.length() && !Text.isSpace(s.charAt(i))) {
                i++;
            }
            add(meter, parts, start, i);
        }
    }

    /** {@code str.rsplit()} at runs of white space. */
    static List<Span> rsplitSpace(Meter meter, String s, long limit) {
        List<Span> parts = new ArrayList<>();
        int i = s.length();
        while (true) {
            while (i > 0 && Text.isSpace(s.charAt(i - 1))) {
                i--;
            }
            if (i == 0) {
                return reversed(parts);
            }
            if (limit >= 0 && parts.size() >= limit) {
                add(meter, parts, 0, i);
                return reversed(parts);
            }
            int end = i;
            while (i > 0 && !Text.isSpace(s.charAt(i - 1))) {
                i--;
            }
            add(meter, parts, i, end);
        }
    }

    /** {@code str.split(separator)}. */
    static List<Span> split(Meter meter, String s, String separator, long limit) {
        List<Span> parts = new ArrayList<>();
        int from = 0;
        while (limit < 0 || parts.size() < limit) {
            int at = Text.indexOf(s, separator, from);
            if (at < 0) {
                break;
            }
            add(meter, parts, from, at);
            from = at + separator.length();
        }
        add(meter, parts, from, s.length());
        return parts;
    }

    /** {@code str.rsplit(separator)}. */
    static List<Span> rsplit(Meter meter, String s, String separator, long limit) {
        List<Span> parts = new ArrayList<>();
        int end = s.length();
        while (limit < 0 || parts.size() < limit) {
            int at = Text.lastIndexOf(s, separator, end);
            if (at < 0) {
                break;
            }
            add(meter, parts, at + separator.length(), end);
            end = at;
        }
        add(meter, parts, 0, end);
        return reversed(parts);
    }

    private static boolean isLineEnd(char c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** {@code str.splitlines()}. */
    static List<Span> lines(Meter meter, String s, boolean keepEnds) {
        List<Span> lines = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < s.length()) {
            char c = s.charAt(i++);
            if (isLineEnd(c)) {
                int end = i - 1;
                if (c == '\r' && i < s.length() && s.charAt(i) == '\n') {
                    i++;
                }
                add(meter, lines, start, keepEnds ? i : end);
                start = i;
            }
        }
        if (start < s.length()) {
            add(meter, lines, start, s.length());
        }
        return lines;
    }
}
