package io.jgemma.engine.template;

import java.util.BitSet;
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

    /** Code points {@code [start, end)}. */
    static String substring(String s, int start, int end) {
        return Traced.text(substring((Object) s, start, end));
    }

    /** Code points {@code [start, end)} of a string; markup stays markup. */
    static Object substring(Object string, int start, int end) {
        String s = Traced.text(string);
        int last = Math.max(start, end);
        if (oneUnitEach(s, length(s))) {
            return Traced.slice(string, Math.min(start, s.length()), Math.min(last, s.length()));
        }
        int from = s.offsetByCodePoints(0, start);
        return Traced.slice(string, from, s.offsetByCodePoints(from, last - start));
    }

    /** {@code count} code points from {@code start}, {@code step} apart. */
    static String every(String s, int start, int step, int count) {
        StringBuilder out = new StringBuilder(count);
        int unit = s.offsetByCodePoints(0, count == 0 ? 0 : start);
        for (int i = 0; i < count; i++) {
            out.appendCodePoint(s.codePointAt(unit));
            if (i + 1 < count) {
                unit = s.offsetByCodePoints(unit, step);
            }
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
        return Traced.text(strip((Object) s, chars, left, right));
    }

    /** As {@link #strip(String, String, boolean, boolean)} of any string; markup stays markup. */
    static Object strip(Object string, @Nullable String chars, boolean left, boolean right) {
        String s = Traced.text(string);
        IntPredicate drop = chars == null ? Text::isSpace : oneOf(chars);
        int start = 0;
        int end = s.length();
        while (left && start < end && drop.test(s.codePointAt(start))) {
            start += Character.charCount(s.codePointAt(start));
        }
        while (right && end > start && drop.test(s.codePointBefore(end))) {
            end -= Character.charCount(s.codePointBefore(end));
        }
        return Traced.slice(string, start, end);
    }

    private static IntPredicate oneOf(String chars) {
        if (chars.length() < LINEAR_SEARCH_FROM) {
            return c -> chars.indexOf(c) >= 0;
        }
        BitSet set = new BitSet();
        chars.codePoints().forEach(set::set);
        return set::get;
    }

    /** Charges what searching all of a string costs at most. */
    static void chargeSearch(Meter meter, String s, String needle) {
        boolean linear = needle.length() >= LINEAR_SEARCH_FROM;
        meter.work(s.length() * (linear ? 1L : 1L + needle.length() / 8));
        if (linear) {
            meter.memory((long) Math.min(needle.length(), s.length()) * Integer.BYTES);
        }
    }

    /** First index (of a UTF-16 unit) of {@code needle} at or behind {@code from}, or -1; linear in the worst case. */
    static int indexOf(String s, String needle, int from) {
        if (needle.length() < LINEAR_SEARCH_FROM) {
            return s.indexOf(needle, from);
        }
        if (needle.length() > s.length() - from) {
            return -1;
        }
        int[] border = borders(needle, false);
        int matched = 0;
        for (int i = Math.max(from, 0); i < s.length(); i++) {
            matched = extended(needle, border, matched, s.charAt(i), false);
            if (matched == needle.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }

    /** Last index (of a UTF-16 unit) of {@code needle} in the first {@code end} units, or -1. */
    static int lastIndexOf(String s, String needle, int end) {
        if (needle.length() < LINEAR_SEARCH_FROM) {
            return needle.length() > end ? -1 : s.lastIndexOf(needle, end - needle.length());
        }
        if (needle.length() > end) {
            return -1;
        }
        int[] border = borders(needle, true);
        int matched = 0;
        for (int i = end - 1; i >= 0; i--) {
            matched = extended(needle, border, matched, s.charAt(i), true);
            if (matched == needle.length()) {
                return i;
            }
        }
        return -1;
    }

    private static char unit(String needle, int index, boolean backward) {
        return needle.charAt(backward ? needle.length() - 1 - index : index);
    }

    /** How much of the needle is matched once the next unit of the text is read (Knuth, Morris and Pratt). */
    private static int extended(String needle, int[] border, int before, char next, boolean backward) {
        int matched = before;
        while (matched > 0 && next != unit(needle, matched, backward)) {
            matched = border[matched - 1];
        }
        return next == unit(needle, matched, backward) ? matched + 1 : matched;
    }

    /** For every prefix the length of its longest proper prefix that is also its suffix. */
    private static int[] borders(String needle, boolean backward) {
        int[] border = new int[needle.length()];
        for (int i = 1; i < needle.length(); i++) {
            border[i] = extended(needle, border, border[i - 1], unit(needle, i, backward), backward);
        }
        return border;
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

    /** Replaces the first {@code limit} occurrences, all if negative; markup becomes a plain string. */
    static Object replace(Meter meter, Object string, String old, Object replacement, long limit) {
        String s = Traced.text(string);
        chargeSearch(meter, s, old);
        long count = count(s, old);
        if (limit >= 0) {
            count = Math.min(count, limit);
        }
        if (count == 0) {
            return Traced.of(s, Traced.origins(string));
        }
        TextBuilder out = new TextBuilder(meter);
        int from = 0;
        for (long i = 0; i < count; i++) {
            if (old.isEmpty()) {
                out.add(replacement);
                int next = from < s.length() ? from + Character.charCount(s.codePointAt(from)) : from;
                out.add(string, from, next);
                from = next;
            } else {
                int at = indexOf(s, old, from);
                out.add(string, from, at).add(replacement);
                from = at + old.length();
            }
        }
        return out.add(string, from, s.length()).value();
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
        for (int i = 0; i < s.length(); i += Character.charCount(s.codePointAt(i))) {
            int c = s.codePointAt(i);
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if ((upper && previousCased) || (Character.isLowerCase(c) && !previousCased)) {
                return false;
            }
            previousCased = isCased(c);
            any |= previousCased;
        }
        return any;
    }

    /** Pads to {@code width} code points with {@code left} of the missing ones in front; markup becomes a plain string. */
    static Object pad(Meter meter, Object string, long width, long left, String fill) {
        long missing = width - length(Traced.text(string));
        if (missing <= 0) {
            return Traced.of(Traced.text(string), Traced.origins(string));
        }
        TextBuilder out = new TextBuilder(meter);
        return out.repeat(fill, left).add(string).repeat(fill, missing - left).value();
    }

    /** Compares by code points; UTF-16 order differs above the first plane. */
    static int compare(String a, String b) {
        int common = Math.min(a.length(), b.length());
        int at = 0;
        while (at < common && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == common) {
            return Integer.compare(a.length(), b.length());
        }
        char x = a.charAt(at);
        char y = b.charAt(at);
        boolean surrogateX = Character.isSurrogate(x);
        boolean surrogateY = Character.isSurrogate(y);
        return surrogateX == surrogateY ? Character.compare(x, y) : surrogateX ? 1 : -1;
    }
}
