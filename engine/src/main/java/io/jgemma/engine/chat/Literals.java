package io.jgemma.engine.chat;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as Python and JSON write them. */
final class Literals {
    /** More would be no number that a tool can use, and would take long to convert. */
    static final int MAX_NUMBER_CHARS = 400;

    private static final String DIGITS = "[0-9](?:_?[0-9])*";
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(?:0(?:_?0)*|[1-9](?:_?[0-9])*)");
    private static final Pattern BASED =
            Pattern.compile("[+-]?0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)");
    private static final Pattern FLOAT =
            Pattern.compile("[+-]?(?:D\\.(?:D)?|\\.D|D(?=[eE]))(?:[eE][+-]?D)?".replace("D", DIGITS));

    private static final List<String> WORDS = List.of("True", "true", "False", "false", "None", "null");

    private Literals() {}

    /** Whether more letters may make it a word with a meaning. */
    static boolean mayBecomeWord(CharSequence begin) {
        return WORDS.stream().anyMatch(word -> word.startsWith(begin.toString()));
    }

    /** Whether it is the name of a truth value or of nothing, in Python or JSON. */
    static boolean isWord(String word) {
        return WORDS.contains(word);
    }

    /** Whether it means nothing rather than a truth value. */
    static boolean isNull(String word) {
        return word.equals("None") || word.equals("null");
    }

    /** Whether it means truth. */
    static boolean isTrue(String word) {
        return word.toLowerCase(Locale.ROOT).equals("true");
    }

    /** The number: a {@code Long}, {@code BigInteger} or finite {@code Double}; empty if it is none. */
    static Optional<Object> number(String token) {
        if (token.length() > MAX_NUMBER_CHARS) {
            return Optional.empty();
        }
        String plain = token.replace("_", "");
        if (DECIMAL.matcher(token).matches()) {
            return Optional.of(integer(new BigInteger(plain)));
        }
        if (BASED.matcher(token).matches()) {
            return Optional.of(integer(based(plain)));
        }
        if (FLOAT.matcher(token).matches()) {
            double value = Double.parseDouble(plain);
            return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        }
        return Optional.empty();
    }

    private static BigInteger based(String token) {
        boolean negative = token.startsWith("-");
        String digits = token.substring(token.indexOf('0') + 2);
        int radix = switch (Character.toLowerCase(token.charAt(token.indexOf('0') + 1))) {
            case 'x' -> 16;
            case 'o' -> 8;
            default -> 2;
        };
        BigInteger value = new BigInteger(digits, radix);
        return negative ? value.negate() : value;
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }
}
