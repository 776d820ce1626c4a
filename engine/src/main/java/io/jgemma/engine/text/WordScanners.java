package io.jgemma.engine.text;

import java.util.function.IntPredicate;

/**
 * The regular expressions by which byte-level BPE vocabularies cut text into words, as scanners: the vocabularies were
 * trained with them, so every word must end exactly where the expression ends it. {@code java.util.regex} is no choice:
 * it recurses per character on some of them.
 */
final class WordScanners {
    private static final int LONG_S = 0x17F;

    private WordScanners() {}

    /**
     * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
     */
    static int gpt2(byte[] text, int from, int to) {
        int contraction = contraction(text, from, to, false);
        if (contraction > from) {
            return contraction;
        }
        int at = text[from] == ' ' && from + 1 < to ? from + 1 : from;
        int first = Utf8.codePoint(text, at);
        if (CharClass.letter(first)) {
            return letters(text, at, to);
        }
        if (CharClass.number(first)) {
            return numbers(text, at, to, Integer.MAX_VALUE);
        }
        if (CharClass.space(first)) {
            return spaces(text, from, to);
        }
        return others(text, at, to);
    }

    /**
     * <pre>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
     */
    static int digitTriples(byte[] text, int from, int to) {
        return modern(text, from, to, 3);
    }

    /** As {@link #digitTriples}, with {@code \p{N}} alone: every digit is a word. */
    static int digitSingles(byte[] text, int from, int to) {
        return modern(text, from, to, 1);
    }

    /** As {@link #digitTriples}, with {@code \p{N}+}. */
    static int digitRuns(byte[] text, int from, int to) {
        return modern(text, from, to, Integer.MAX_VALUE);
    }

    /**
     * <pre>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
     */
    static int digitSinglesWithoutLineEnds(byte[] text, int from, int to) {
        int at = text[from] == ' ' && from + 1 < to ? from + 1 : from;
        boolean other = CharClass.other(Utf8.codePoint(text, at));
        int end = modern(text, from, to, 1);
        while (other && text[end - 1] <= '\r' && (text[end - 1] == '\r' || text[end - 1] == '\n')) {
            end--;
        }
        return end;
    }

    /**
     * <pre>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
     */
    static int markedWords(byte[] text, int from, int to) {
        int contraction = contraction(text, from, to, true);
        if (contraction > from) {
            return contraction;
        }
        int first = Utf8.codePoint(text, from);
        if (CharClass.number(first)) {
            return from + Utf8.length(first);
        }
        int next = from + Utf8.length(first);
        boolean front = !CharClass.letter(first) && first != '\r' && first != '\n' && next < to;
        int word = front && wordPart(Utf8.codePoint(text, next)) ? next : wordPart(first) ? from : -1;
        if (word >= 0) {
            return run(text, word, to, WordScanners::wordPart);
        }
        int at = first == ' ' && next < to ? next : from;
        int sign = Utf8.codePoint(text, at);
        if (CharClass.other(sign) && !CharClass.mark(sign)) {
            return lineEnds(text, run(text, at, to, c -> CharClass.other(c) && !CharClass.mark(c)), to);
        }
        return lines(text, from, to);
    }

    private static boolean wordPart(int codePoint) {
        return CharClass.letter(codePoint) || CharClass.mark(codePoint);
    }

    private static int run(byte[] text, int from, int to, IntPredicate part) {
        int at = from;
        while (at < to && part.test(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    /** {@code \p{N}{1,3}} and what lies between. */
    static int numberTriples(byte[] text, int from, int to) {
        return CharClass.number(Utf8.codePoint(text, from))
                ? numbers(text, from, to, 3)
                : run(text, from, to, c -> !CharClass.number(c));
    }

    /** {@code [\p{P}\$\+<=>\^~\|`]+} and what lies between. */
    static int signRuns(byte[] text, int from, int to) {
        boolean first = signOrTick(Utf8.codePoint(text, from));
        return run(text, from, to, c -> signOrTick(c) == first);
    }

    private static boolean signOrTick(int codePoint) {
        return codePoint == '`' || sign(codePoint);
    }

    /** {@code  ?[^(\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+} and what lies between. */
    static int unbrokenWords(byte[] text, int from, int to) {
        int at = text[from] == ' ' && from + 1 < to ? from + 1 : from;
        if (!breaks(Utf8.codePoint(text, at))) {
            return run(text, at, to, c -> !breaks(c));
        }
        int end = from;
        while (end < to) {
            int next = end + Utf8.length(text[end]);
            boolean word = !breaks(Utf8.codePoint(text, end))
                    || (text[end] == ' ' && next < to && !breaks(Utf8.codePoint(text, next)));
            if (word) {
                break;
            }
            end = next;
        }
        return end;
    }

    private static boolean breaks(int codePoint) {
        return CharClass.space(codePoint)
                || "(|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)".indexOf(codePoint) >= 0;
    }

    private static int modern(byte[] text, int from, int to, int digits) {
        int contraction = contraction(text, from, to, true);
        if (contraction > from) {
            return contraction;
        }
        int first = Utf8.codePoint(text, from);
        if (CharClass.letter(first)) {
            return letters(text, from, to);
        }
        if (CharClass.number(first)) {
            return numbers(text, from, to, digits);
        }
        int next = from + Utf8.length(first);
        if (next < to && first != '\r' && first != '\n' && CharClass.letter(Utf8.codePoint(text, next))) {
            return letters(text, next, to);
        }
        int at = first == ' ' && next < to ? next : from;
        if (CharClass.other(Utf8.codePoint(text, at))) {
            return lineEnds(text, others(text, at, to), to);
        }
        return lines(text, from, to);
    }

    /** {@code \p{N}} and what lies between: every number character is a word. */
    static int singleNumbers(byte[] text, int from, int to) {
        int first = Utf8.codePoint(text, from);
        int at = from + Utf8.length(first);
        if (CharClass.number(first)) {
            return at;
        }
        while (at < to && !CharClass.number(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    /** {@code \p{N}+} and what lies between. */
    static int numberRuns(byte[] text, int from, int to) {
        boolean number = CharClass.number(Utf8.codePoint(text, from));
        int at = from;
        while (at < to && CharClass.number(Utf8.codePoint(text, at)) == number) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    /** {@code [\p{P}\$\+<=>\^~\|]+} and what lies between. */
    static int punctuationRuns(byte[] text, int from, int to) {
        boolean sign = sign(Utf8.codePoint(text, from));
        int at = from;
        while (at < to && sign(Utf8.codePoint(text, at)) == sign) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    /** {@code [0-9][0-9][0-9]} and what lies between. */
    static int asciiTriples(byte[] text, int from, int to) {
        if (asciiTriple(text, from, to)) {
            return from + 3;
        }
        int at = from;
        while (at < to && !asciiTriple(text, at, to)) {
            at++;
        }
        return at;
    }

    private static boolean asciiTriple(byte[] text, int at, int to) {
        return to - at >= 3 && digit(text[at]) && digit(text[at + 1]) && digit(text[at + 2]);
    }

    private static boolean digit(byte value) {
        return value >= '0' && value <= '9';
    }

    private static boolean sign(int codePoint) {
        return CharClass.punctuation(codePoint) || (codePoint < 0x80 && "$+<=>^~|".indexOf(codePoint) >= 0);
    }

    /** The end of {@code 's 't 're 've 'm 'll 'd} at {@code from}, or {@code from}. */
    static int contraction(byte[] text, int from, int to, boolean anyCase) {
        if (from + 1 >= to || text[from] != '\'') {
            return from;
        }
        int first = lower(Utf8.codePoint(text, from + 1), anyCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return from + 1 + Utf8.length(text[from + 1]);
        }
        if (from + 2 == to || text[from + 1] < 0) {
            return from;
        }
        int second = lower(text[from + 2], anyCase);
        boolean pair = second == 'e' ? first == 'r' || first == 'v' : first == 'l' && second == 'l';
        return pair ? from + 3 : from;
    }

    /** Case folding as far as it touches the contractions: the long s is an s too. */
    private static int lower(int codePoint, boolean anyCase) {
        if (!anyCase) {
            return codePoint;
        }
        return codePoint == LONG_S ? 's' : codePoint >= 'A' && codePoint <= 'Z' ? codePoint | 0x20 : codePoint;
    }

    private static int letters(byte[] text, int from, int to) {
        int at = from;
        while (at < to && CharClass.letter(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    static int numbers(byte[] text, int from, int to, int most) {
        int at = from;
        for (int count = 0; count < most && at < to && CharClass.number(Utf8.codePoint(text, at)); count++) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    static int others(byte[] text, int from, int to) {
        int at = from;
        while (at < to && CharClass.other(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return at;
    }

    private static int lineEnds(byte[] text, int from, int to) {
        int at = from;
        while (at < to && (text[at] == '\r' || text[at] == '\n')) {
            at++;
        }
        return at;
    }

    /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: up to the last line end among the white space, if there is any. */
    static int lines(byte[] text, int from, int to) {
        int lastLineEnd = -1;
        int at = from;
        while (at < to && CharClass.space(Utf8.codePoint(text, at))) {
            if (text[at] == '\r' || text[at] == '\n') {
                lastLineEnd = at;
            }
            at += Utf8.length(text[at]);
        }
        return lastLineEnd >= 0 ? lastLineEnd + 1 : beforeWord(text, from, at, to);
    }

    /** {@code \s+(?!\S)|\s+}. */
    private static int spaces(byte[] text, int from, int to) {
        int at = from;
        while (at < to && CharClass.space(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return beforeWord(text, from, at, to);
    }

    /** White space [from, end) leaves its last character to a word that follows, unless it is the only one. */
    private static int beforeWord(byte[] text, int from, int end, int to) {
        if (end == to) {
            return end;
        }
        int last = Utf8.before(text, end);
        return last > from ? last : end;
    }
}
