package io.jgemma.engine.text;

/**
 * The regular expressions that tell words by upper and lower case, as scanners; see {@link WordScanners}. Two classes overlap:
 * {@code U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]} and {@code L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]}.
 */
final class CasedWordScanners {
    private CasedWordScanners() {}

    /**
     * <pre>[^\r\n\p{L}\p{N}]?U*L+|[^\r\n\p{L}\p{N}]?U+L*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
     */
    static int tekken(byte[] text, int from, int to) {
        return end(text, from, to, 1, false);
    }

    /**
     * <pre>[^\r\n\p{L}\p{N}]?U*L+C?|[^\r\n\p{L}\p{N}]?U+L*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
     * with {@code C = (?i:'s|'t|'re|'ve|'m|'ll|'d)}.
     */
    static int gpt4o(byte[] text, int from, int to) {
        return end(text, from, to, 3, true);
    }

    private static int end(byte[] text, int from, int to, int digits, boolean contractions) {
        int first = Utf8.codePoint(text, from);
        if (CharClass.number(first)) {
            return WordScanners.numbers(text, from, to, digits);
        }
        int word = word(text, from, to, first);
        if (word >= 0) {
            return contractions ? WordScanners.contraction(text, word, to, true) : word;
        }
        int next = from + Utf8.length(first);
        int at = first == ' ' && next < to ? next : from;
        if (CharClass.other(Utf8.codePoint(text, at))) {
            int end = WordScanners.others(text, at, to);
            while (end < to && (text[end] == '\r' || text[end] == '\n' || text[end] == '/')) {
                end++;
            }
            return end;
        }
        return WordScanners.lines(text, from, to);
    }

    /** The first two branches, each with the character in front taken and then left; -1 if none matches. */
    private static int word(byte[] text, int from, int to, int first) {
        boolean front = !CharClass.letter(first) && first != '\r' && first != '\n';
        int next = front ? from + Utf8.length(first) : to;
        int end = upperThenLower(text, next, to);
        if (end < 0) {
            end = upperThenLower(text, from, to);
        }
        if (end < 0) {
            end = uppers(text, next, to);
        }
        return end < 0 ? uppers(text, from, to) : end;
    }

    /** {@code U*L+}, or -1. */
    private static int upperThenLower(byte[] text, int from, int to) {
        int at = from;
        int both = -1; // the end of the last character so far that is in both classes
        while (at < to && CharClass.upper(Utf8.codePoint(text, at))) {
            int codePoint = Utf8.codePoint(text, at);
            at += Utf8.length(codePoint);
            both = CharClass.lower(codePoint) ? at : both;
        }
        int end = at;
        while (end < to && CharClass.lower(Utf8.codePoint(text, end))) {
            end += Utf8.length(text[end]);
        }
        return end > at ? end : both;
    }

    /** {@code U+L*} where {@code U*L+} does not match, so that nothing of {@code L} follows; or -1. */
    private static int uppers(byte[] text, int from, int to) {
        int at = from;
        while (at < to && CharClass.upper(Utf8.codePoint(text, at))) {
            at += Utf8.length(text[at]);
        }
        return at > from ? at : -1;
    }
}
