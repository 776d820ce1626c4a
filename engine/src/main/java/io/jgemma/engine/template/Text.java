package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Strings as Python sees them: sequences of code points, with Python's idea of white space, lines and case. */
final class Text {
    /** From this length of the searched string on, a search that cannot go quadratic is used. */
    private static final int LINEAR_SEARCH_FROM = 32;

    private Text() {}

    static int length(String s) {
        return s.codePointCount(0, s.length());
    }

    private static boolean oneUnitEach(String s, int length) {
        return length == s.length();
    }

    /** The code point at an index from 0, as a string. */
    static String at(String s, int index) {
        if (oneUnitEach(s, length(s))) {
            return String.valueOf(s.charAt(index));
        }
        return Character.toString(s.codePointAt(s.offsetByCodePoints(0, index)));
    }

    /** Code points {@code [start, end)}. */
    static String substring(String s, int start, int end) {
        if (end <= start) {
            return "";
        }
        if (oneUnitEach(s, length(s))) {
            return s.substring(start, end);
        }
        int from = s.offsetByCodePoints(0, start);
        return s.substring(from, s.offsetByCodePoints(from, end - start));
    }

    /** {@code count} code points from {@code start}, {@code step} apart. */
    static String every(String s, int start, int step, int count) {
        int[] points = s.codePoints().toArray();
        StringBuilder out = new StringBuilder(count);
        long at = start;
        for (int i = 0; i < count; i++, at += step) {
            out.appendCodePoint(points[(int) at]);
        }
        return out.toString();
    }

    /** Index of a code point for an index of a UTF-16 unit. */
    static int pointIndex(String s, int unitIndex) {
        return unitIndex < 0 ? unitIndex : s.codePointCount(0, unitIndex);
    }

    /** Python's {@code str.isspace} for one character; all white space lies in the first plane. */
    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0d)
                || (c >= 0x1c && c <= 0x20)
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** True if the text is not empty and all of it is white space. */
    static boolean isSpace(String s) {
        return all(s, Text::isSpace);
    }

    static boolean all(String s, IntPredicate test) {
        return !s.isEmpty() && s.codePoints().allMatch(test);
    }

    /** Strips white space, or the given characters, from one or both ends. */
    static String strip(String s, @Nullable String chars, boolean left, boolean right) {
        IntPredicate drop = chars == null ? Text::isSpace : c -> chars.indexOf(c) >= 0;
        int start = 0;
        int end = s.length();
        while (left && start < end && drop.test(s.codePointAt(start))) {
            start += Character.charCount(s.codePointAt(start));
        }
        while (right && end > start && drop.test(s.codePointBefore(end))) {
            end -= Character.charCount(s.codePointBefore(end));
        }
        return s.substring(start, end);
    }

    /** First index (of a UTF-16 unit) of {@code needle} at or behind {@code from}, or -1; linear in the worst case. */
    static int indexOf(String s, String needle, int from) {
        if (needle.length() < LINEAR_SEARCH_FROM) {
            return s.indexOf(needle, from);
        }
        List<Integer> first = matches(s, needle, from, 1);
        return first.isEmpty() ? -1 : first.getFirst();
    }

    /** Up to {@code limit} indices of matches, overlapping ones too. */
    private static List<Integer> matches(String s, String needle, int from, int limit) {
        List<Integer> found = new ArrayList<>();
        int[] border = borders(needle);
        int matched = 0;
        for (int i = Math.max(from, 0); i < s.length() && found.size() < limit; i++) {
            while (matched > 0 && s.charAt(i) != needle.charAt(matched)) {
                matched = border[matched - 1];
            }
            if (s.charAt(i) == needle.charAt(matched)) {
                matched++;
            }
            if (matched == needle.length()) {
                found.add(i - matched + 1);
                matched = border[matched - 1];
            }
        }
        return found;
    }

    /** For every prefix the length of its longest proper prefix that is also its suffix. */
    private static int[] borders(String needle) {
        int[] border = new int[needle.length()];
        int length = 0;
        for (int i = 1; i < needle.length(); i++) {
            while (length > 0 && needle.charAt(i) != needle.charAt(length)) {
                length = border[length - 1];
            }
            if (needle.charAt(i) == needle.charAt(length)) {
                length++;
            }
            border[i] = length;
        }
        return border;
    }

    /** Last index (of a UTF-16 unit) of {@code needle}, or -1. */
    static int lastIndexOf(String s, String needle) {
        if (needle.length() < LINEAR_SEARCH_FROM) {
            return s.lastIndexOf(needle);
        }
        List<Integer> all = matches(s, needle, 0, Integer.MAX_VALUE);
        return all.isEmpty() ? -1 : all.getLast();
    }

    /** Occurrences that do not overlap; an empty needle stands between all code points. */
    static int count(String s, String needle) {
        if (needle.isEmpty()) {
            return length(s) + 1;
        }
        int count = 0;
        for (int i = indexOf(s, needle, 0); i >= 0; i = indexOf(s, needle, i + needle.length())) {
            count++;
        }
        return count;
    }

    /** Replaces the first {@code limit} occurrences, all if negative. */
    static String replace(Meter meter, String s, String old, String replacement, long limit) {
        long count = count(s, old);
        if (limit >= 0) {
            count = Math.min(count, limit);
        }
        if (count == 0) {
            return s;
        }
        int length = meter.length(s.length() + count * ((long) replacement.length() - old.length()));
        StringBuilder out = new StringBuilder(length);
        int from = 0;
        for (long i = 0; i < count; i++) {
            if (old.isEmpty()) {
                out.append(replacement);
                if (from < s.length()) {
                    int c = s.codePointAt(from);
                    out.appendCodePoint(c);
                    from += Character.charCount(c);
                }
            } else {
                int at = indexOf(s, old, from);
                out.append(s, from, at).append(replacement);
                from = at + old.length();
            }
        }
        return out.append(s, from, s.length()).toString();
    }

    /** {@code str.split()} at runs of white space. */
    static List<String> splitSpace(String s, long limit) {
        List<String> parts = new ArrayList<>();
        int i = 0;
        while (true) {
            while (i < s.length() && isSpace(s.charAt(i))) {
                i++;
            }
            if (i == s.length()) {
                return parts;
            }
            if (limit >= 0 && parts.size() >= limit) {
                parts.add(s.substring(i));
                return parts;
            }
            int start = i;
            while (i < s.length() && !isSpace(s.charAt(i))) {
                i++;
            }
            parts.add(s.substring(start, i));
        }
    }

    /** {@code str.rsplit()} at runs of white space. */
    static List<String> rsplitSpace(String s, long limit) {
        List<String> parts = new ArrayList<>();
        int i = s.length();
        while (true) {
            while (i > 0 && isSpace(s.charAt(i - 1))) {
                i--;
            }
            if (i == 0) {
                return parts.reversed();
            }
            if (limit >= 0 && parts.size() >= limit) {
                parts.add(s.substring(0, i));
                return parts.reversed();
            }
            int end = i;
            while (i > 0 && !isSpace(s.charAt(i - 1))) {
                i--;
            }
            parts.add(s.substring(i, end));
        }
    }

    static List<String> split(String s, String separator, long limit) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (limit < 0 || parts.size() < limit) {
            int at = indexOf(s, separator, from);
            if (at < 0) {
                break;
            }
            parts.add(s.substring(from, at));
            from = at + separator.length();
        }
        parts.add(s.substring(from));
        return parts;
    }

    static List<String> rsplit(String s, String separator, long limit) {
        List<Integer> starts = matches(s, separator, 0, Integer.MAX_VALUE);
        List<String> parts = new ArrayList<>();
        int end = s.length();
        for (int i = starts.size() - 1; i >= 0 && (limit < 0 || parts.size() < limit); i--) {
            int at = starts.get(i);
            if (at + separator.length() <= end) {
                parts.add(s.substring(at + separator.length(), end));
                end = at;
            }
        }
        parts.add(s.substring(0, end));
        return parts.reversed();
    }

    private static boolean isLineEnd(char c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static List<String> splitLines(String s, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < s.length()) {
            char c = s.charAt(i++);
            if (isLineEnd(c)) {
                int end = i - 1;
                if (c == '\r' && i < s.length() && s.charAt(i) == '\n') {
                    i++;
                }
                lines.add(s.substring(start, keepEnds ? i : end));
                start = i;
            }
        }
        if (start < s.length()) {
            lines.add(s.substring(start));
        }
        return lines;
    }

    static String upper(String s) {
        return s.toUpperCase(Locale.ROOT);
    }

    static String lower(String s) {
        return s.toLowerCase(Locale.ROOT);
    }

    /** The title-case form of one code point, which may be several. */
    static String titleOf(int codePoint) {
        String upper = upper(Character.toString(codePoint));
        if (length(upper) == 1) {
            return Character.toString(Character.toTitleCase(codePoint));
        }
        int first = upper.codePointAt(0);
        return Character.toString(first) + lower(upper.substring(Character.charCount(first)));
    }

    /** First letter in title case, the rest in lower case. */
    static String capitalize(String s) {
        if (s.isEmpty()) {
            return s;
        }
        int first = s.codePointAt(0);
        String lower = lower("x" + s.substring(Character.charCount(first))).substring(1);
        return titleOf(first) + lower;
    }

    /** Python's {@code str.title}: a letter behind a letter is lower case, any other in title case. */
    static String title(String s) {
        StringBuilder out = new StringBuilder(s.length());
        boolean inWord = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            out.append(inWord ? lower(Character.toString(c)) : titleOf(c));
            inWord = isCased(c);
            i += Character.charCount(c);
        }
        return out.toString();
    }

    static String swapCase(String s) {
        StringBuilder out = new StringBuilder(s.length());
        s.codePoints().forEach(c -> {
            String one = Character.toString(c);
            out.append(Character.isUpperCase(c) ? lower(one) : Character.isLowerCase(c) ? upper(one) : one);
        });
        return out.toString();
    }

    static String foldCase(String s) {
        StringBuilder out = new StringBuilder(s.length());
        s.codePoints()
                .forEach(c -> upper(Character.toString(c))
                        .codePoints()
                        .forEach(u -> out.append(lower(Character.toString(u)))));
        return out.toString();
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** True if there is a cased character and all cased characters pass. */
    static boolean allCased(String s, IntPredicate test) {
        return s.codePoints().anyMatch(Text::isCased)
                && s.codePoints().filter(Text::isCased).allMatch(test);
    }

    /** Python's {@code str.istitle}. */
    static boolean isTitle(String s) {
        boolean previousCased = false;
        boolean any = false;
        for (int c : s.codePoints().toArray()) {
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if ((upper && previousCased) || (Character.isLowerCase(c) && !previousCased)) {
                return false;
            }
            previousCased = isCased(c);
            any |= previousCased;
        }
        return any;
    }

    /** Pads to {@code width} code points with {@code left} of the missing ones in front. */
    static String pad(Meter meter, String s, long width, long left, String fill) {
        long missing = width - length(s);
        if (missing <= 0) {
            return s;
        }
        meter.length(width);
        return fill.repeat((int) left) + s + fill.repeat((int) (missing - left));
    }

    /** Compares by code points; UTF-16 order differs above the first plane. */
    static int compare(String a, String b) {
        int at = Arrays.mismatch(a.toCharArray(), b.toCharArray());
        if (at < 0) {
            return 0;
        }
        if (at >= a.length() || at >= b.length()) {
            return Integer.compare(a.length(), b.length());
        }
        char x = a.charAt(at);
        char y = b.charAt(at);
        boolean surrogateX = Character.isSurrogate(x);
        boolean surrogateY = Character.isSurrogate(y);
        return surrogateX == surrogateY ? Character.compare(x, y) : surrogateX ? 1 : -1;
    }
}
