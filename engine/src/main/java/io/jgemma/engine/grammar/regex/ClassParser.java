package io.jgemma.engine.grammar.regex;

/** Reads escapes and bracketed sets of patterns. */
final class ClassParser {
    private final String text;
    private int at;
    private boolean single;
    private int point;

    ClassParser(String text) {
        this.text = text;
    }

    /** Where reading ended. */
    int end() {
        return at;
    }

    /** The set in brackets, of which the first has been read. */
    CodePoints bracket(int from) {
        int begin = from - 1;
        at = from;
        boolean negated = at < text.length() && text.charAt(at) == '^';
        if (negated) {
            at++;
        }
        CodePoints set = CodePoints.NONE;
        while (true) {
            if (at >= text.length()) {
                throw PatternException.malformed("a set in brackets does not end", begin);
            }
            if (text.charAt(at) == ']') {
                at++;
                return negated ? set.complement() : set;
            }
            set = set.or(element());
        }
    }

    private CodePoints element() {
        int begin = at;
        CodePoints low = member();
        boolean range = single && at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']';
        if (!range) {
            return low;
        }
        int mark = at;
        int first = point;
        at++;
        member();
        if (!single) {
            at = mark;
            return low;
        }
        if (first > point) {
            throw PatternException.malformed("the ends of a range are out of order", begin);
        }
        return CodePoints.range(first, point);
    }

    private CodePoints member() {
        if (text.charAt(at) == '\\') {
            return escape(at + 1, true);
        }
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        single = true;
        point = c;
        return CodePoints.of(c);
    }

    /**
     * What an escape stands for, of which the backslash has been read.
     *
     * @param inBrackets whether {@code \b} is a backspace
     */
    CodePoints escape(int from, boolean inBrackets) {
        if (from >= text.length()) {
            throw PatternException.malformed("nothing follows the backslash", from - 1);
        }
        int c = text.codePointAt(from);
        at = from + Character.charCount(c);
        single = false;
        return switch (c) {
            case 'd' -> CharClasses.DIGIT;
            case 'D' -> CharClasses.DIGIT.complement();
            case 'w' -> CharClasses.WORD;
            case 'W' -> CharClasses.WORD.complement();
            case 's' -> CharClasses.SPACE;
            case 'S' -> CharClasses.SPACE.complement();
            case 'p', 'P' -> property(c == 'P', from);
            default -> {
                single = true;
                point = character(c, from, inBrackets);
                yield CodePoints.of(point);
            }
        };
    }

    private int character(int c, int from, boolean inBrackets) {
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'v' -> 0x0B;
            case 'f' -> '\f';
            case 'r' -> '\r';
            case '0' -> 0;
            case 'x' -> hex(2, from);
            case 'u' -> unicode(from);
            case 'c' -> control(from);
            case 'b' -> {
                if (inBrackets) {
                    yield '\b';
                }
                throw unknown(c, from);
            }
            default -> {
                if (c < 0x80 && Character.isLetterOrDigit(c)) {
                    throw unknown(c, from);
                }
                yield c;
            }
        };
    }

    private static PatternException unknown(int c, int from) {
        return PatternException.malformed("\\" + Character.toString(c) + " has no meaning", from - 1);
    }

    private int control(int from) {
        char letter = at < text.length() ? text.charAt(at) : 0;
        if (!Character.isLetter(letter) || letter >= 0x80) {
            throw PatternException.malformed("\\c needs a letter", from - 1);
        }
        at++;
        return letter & 31;
    }

    private int hex(int digits, int from) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw PatternException.malformed("an escape needs " + digits + " hexadecimal digits", from - 1);
            }
            value = 16 * value + digit;
            at++;
        }
        return value;
    }

    private int unicode(int from) {
        if (at < text.length() && text.charAt(at) == '{') {
            int close = text.indexOf('}', at);
            String digits = close < 0 ? "" : text.substring(at + 1, close);
            if (!digits.matches("[0-9a-fA-F]{1,8}") || Long.parseLong(digits, 16) > Character.MAX_CODE_POINT) {
                throw PatternException.malformed("\\u{..} names no character", from - 1);
            }
            at = close + 1;
            return Integer.parseInt(digits, 16);
        }
        int unit = hex(4, from);
        if (Character.isHighSurrogate((char) unit) && text.startsWith("\\u", at)) {
            int mark = at;
            at += 2;
            int second = hex(4, from);
            if (Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) unit, (char) second);
            }
            at = mark;
        }
        return unit;
    }

    private CodePoints property(boolean negated, int from) {
        int close = at < text.length() && text.charAt(at) == '{' ? text.indexOf('}', at) : -1;
        if (close < 0) {
            throw PatternException.malformed("\\p needs a property's name in braces", from - 1);
        }
        String name = text.substring(at + 1, close);
        at = close + 1;
        CodePoints set = CharClasses.property(name)
                .orElseThrow(() -> PatternException.unsupported(
                        "the pattern asks for the Unicode property '" + name + "', which is not known"));
        return negated ? set.complement() : set;
    }
}
