package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.Locale;

/** The literals of the template language: numbers, names, escapes in strings. */
final class Literals {
    /** Python refuses to convert longer decimal numbers. */
    private static final int MAX_DIGITS = 4300;

    private Literals() {}

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isNamePart(int codePoint) {
        if (codePoint == '_' || Character.isLetterOrDigit(codePoint)) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.CONNECTOR_PUNCTUATION,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /** Python's {@code str.isidentifier}. */
    static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            return false;
        }
        return text.codePoints()
                .skip(1)
                .allMatch(c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    /** End of digits with single underscores between them, or -1 if there is no digit. */
    private static int digitsEnd(String s, int start) {
        int i = start;
        while (i < s.length() && isDigit(s.charAt(i))) {
            i++;
            if (i + 1 < s.length() && s.charAt(i) == '_' && isDigit(s.charAt(i + 1))) {
                i++;
            }
        }
        return i == start ? -1 : i;
    }

    /** End of the float literal at {@code start}, or -1 if there is none: a fraction or an exponent is needed. */
    static int floatEnd(String s, int start) {
        if (start > 0 && s.charAt(start - 1) == '.') {
            return -1;
        }
        int end = digitsEnd(s, start);
        if (end < 0) {
            return -1;
        }
        int result = -1;
        if (end < s.length() && s.charAt(end) == '.') {
            int fraction = digitsEnd(s, end + 1);
            if (fraction > 0) {
                end = fraction;
                result = end;
            }
        }
        if (end < s.length() && (s.charAt(end) == 'e' || s.charAt(end) == 'E')) {
            int i = end + 1;
            if (i < s.length() && (s.charAt(i) == '+' || s.charAt(i) == '-')) {
                i++;
            }
            int exponent = digitsEnd(s, i);
            if (exponent > 0) {
                result = exponent;
            }
        }
        return result;
    }

    /** End of the integer literal at {@code start}, which is a digit. A decimal literal of more digits has no zero in front. */
    static int integerEnd(String s, int start) {
        if (s.charAt(start) != '0') {
            return digitsEnd(s, start);
        }
        int radix = start + 1 < s.length() ? radix(s.charAt(start + 1)) : 10;
        int end = radix == 10 ? -1 : radixDigitsEnd(s, start + 2, radix);
        return end > 0 ? end : radixDigitsEnd(s, start + 1, 1, start + 1);
    }

    private static int radixDigitsEnd(String s, int start, int radix) {
        return radixDigitsEnd(s, start, radix, -1);
    }

    /** End of digits below {@code radix} (1: zeros only), each with at most one underscore before it. */
    private static int radixDigitsEnd(String s, int start, int radix, int none) {
        int i = start;
        int end = none;
        while (i < s.length()) {
            int digit = s.charAt(i) == '_' ? i + 1 : i;
            int value = digit < s.length() && s.charAt(digit) < 0x80 ? Character.digit(s.charAt(digit), 16) : -1;
            if (value < 0 || value >= radix) {
                break;
            }
            i = digit + 1;
            end = i;
        }
        return end;
    }

    private static int radix(char prefix) {
        return switch (prefix) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 10;
        };
    }

    /** Value of an integer literal. */
    static Number integer(String literal, int line) {
        String digits = literal.replace("_", "").toLowerCase(Locale.ROOT);
        int radix = digits.length() > 1 ? radix(digits.charAt(1)) : 10;
        if (radix != 10) {
            digits = digits.substring(2);
        }
        if (digits.length() > MAX_DIGITS) {
            throw PyError.syntax("an integer of " + digits.length() + " digits exceeds " + MAX_DIGITS, line);
        }
        return Numbers.shrink(new BigInteger(digits, radix));
    }

    /** Resolves the escapes of Python's string literals; an unknown escape stays as it is. */
    static String unescape(String body, int line) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder out = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i++);
            if (c != '\\') {
                out.append(c);
            } else {
                i = escape(body, i, out, line);
            }
        }
        return out.toString();
    }

    /** One escape; {@code i} is behind the backslash. Returns the position behind the escape. */
    private static int escape(String body, int i, StringBuilder out, int line) {
        int c = body.codePointAt(i);
        int next = i + Character.charCount(c);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append((char) c);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int end = i;
                while (end < body.length() && end < i + 3 && body.charAt(end) >= '0' && body.charAt(end) <= '7') {
                    end++;
                }
                out.append((char) Integer.parseInt(body.substring(i, end), 8));
                return end;
            }
            case 'x' -> {
                return hex(body, next, 2, out, "truncated \\xXX escape", line);
            }
            case 'u' -> {
                return hex(body, next, 4, out, "truncated \\uXXXX escape", line);
            }
            case 'U' -> {
                return hex(body, next, 8, out, "truncated \\UXXXXXXXX escape", line);
            }
            case 'N' -> {
                return named(body, next, out, line);
            }
            default -> unknown(c, out);
        }
        return next;
    }

    /** A backslash before a character outside ASCII meets that character's own escape, as in Python's codec. */
    private static void unknown(int c, StringBuilder out) {
        out.append('\\');
        if (c < 0x80) {
            out.append((char) c);
        } else if (c < 0x100) {
            out.append(String.format(Locale.ROOT, "x%02x", c));
        } else if (c < 0x10000) {
            out.append(String.format(Locale.ROOT, "u%04x", c));
        } else {
            out.append(String.format(Locale.ROOT, "U%08x", c));
        }
    }

    private static int hex(String body, int start, int digits, StringBuilder out, String error, int line) {
        long value = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = i < body.length() && body.charAt(i) < 0x80 ? Character.digit(body.charAt(i), 16) : -1;
            if (digit < 0) {
                throw PyError.syntax(error, line);
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw PyError.syntax("illegal Unicode character", line);
        }
        out.appendCodePoint((int) value);
        return start + digits;
    }

    private static int named(String body, int start, StringBuilder out, int line) {
        int end = body.startsWith("{", start) ? body.indexOf('}', start) : -1;
        if (end < start + 2) {
            throw PyError.syntax("malformed \\N character escape", line);
        }
        try {
            out.appendCodePoint(Character.codePointOf(body.substring(start + 1, end)));
        } catch (IllegalArgumentException e) {
            throw PyError.syntax("unknown Unicode character name", line);
        }
        return end + 1;
    }
}
