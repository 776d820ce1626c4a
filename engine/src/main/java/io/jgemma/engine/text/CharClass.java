package io.jgemma.engine.text;

/** The character classes that pre-tokenizers distinguish, by Unicode general category. */
final class CharClass {
    private static final int LETTER = 1 << Character.UPPERCASE_LETTER
            | 1 << Character.LOWERCASE_LETTER
            | 1 << Character.TITLECASE_LETTER
            | 1 << Character.MODIFIER_LETTER
            | 1 << Character.OTHER_LETTER;
    private static final int NUMBER =
            1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.LETTER_NUMBER | 1 << Character.OTHER_NUMBER;
    private static final int MARK =
            1 << Character.NON_SPACING_MARK | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.ENCLOSING_MARK;
    private static final int UPPER = 1 << Character.UPPERCASE_LETTER | 1 << Character.TITLECASE_LETTER;
    private static final int CASELESS = MARK | 1 << Character.MODIFIER_LETTER | 1 << Character.OTHER_LETTER;
    private static final int PUNCTUATION = 1 << Character.CONNECTOR_PUNCTUATION
            | 1 << Character.DASH_PUNCTUATION
            | 1 << Character.START_PUNCTUATION
            | 1 << Character.END_PUNCTUATION
            | 1 << Character.INITIAL_QUOTE_PUNCTUATION
            | 1 << Character.FINAL_QUOTE_PUNCTUATION
            | 1 << Character.OTHER_PUNCTUATION;

    private CharClass() {}

    /** {@code \p{L}}. */
    static boolean letter(int codePoint) {
        if (codePoint < 0x80) {
            int lower = codePoint | 0x20;
            return lower >= 'a' && lower <= 'z';
        }
        return (LETTER >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code \p{N}}. */
    static boolean number(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint >= '0' && codePoint <= '9';
        }
        return (NUMBER >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code \p{M}}. */
    static boolean mark(int codePoint) {
        return codePoint >= 0x300 && (MARK >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}. */
    static boolean upper(int codePoint) {
        return ((CASELESS | UPPER) >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}. */
    static boolean lower(int codePoint) {
        return ((CASELESS | 1 << Character.LOWERCASE_LETTER) >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code \p{P}}. */
    static boolean punctuation(int codePoint) {
        return (PUNCTUATION >>> Character.getType(codePoint) & 1) != 0;
    }

    /** {@code \s}: the Unicode property White_Space (which no method of {@link Character} answers exactly). */
    static boolean space(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint == ' ' || (codePoint >= '\t' && codePoint <= '\r');
        }
        return codePoint == 0x85
                || codePoint == 0xA0
                || codePoint == 0x1680
                || (codePoint >= 0x2000 && codePoint <= 0x200A)
                || codePoint == 0x2028
                || codePoint == 0x2029
                || codePoint == 0x202F
                || codePoint == 0x205F
                || codePoint == 0x3000;
    }

    /** {@code [^\s\p{L}\p{N}]}. */
    static boolean other(int codePoint) {
        return !letter(codePoint) && !number(codePoint) && !space(codePoint);
    }
}
