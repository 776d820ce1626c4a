package io.jgemma.engine.grammar.regex;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Sets of characters that ECMA-262 names. */
final class CharClasses {
    static final CodePoints DIGIT = CodePoints.range('0', '9');
    static final CodePoints WORD =
            CodePoints.range('a', 'z').or(CodePoints.range('A', 'Z')).or(DIGIT).or(CodePoints.of('_'));
    static final CodePoints SPACE = CodePoints.anyOf(
            "\t\n\u000B\f\r \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF");
    static final CodePoints LINE_END = CodePoints.anyOf("\n\r\u2028\u2029");
    static final CodePoints NOT_LINE_END = LINE_END.complement();

    private static final Map<String, String> LONG_NAMES = Map.of(
            "letter", "L",
            "lowercase_letter", "Ll",
            "uppercase_letter", "Lu",
            "mark", "M",
            "number", "N",
            "decimal_number", "Nd",
            "punctuation", "P",
            "symbol", "S",
            "separator", "Z",
            "other", "C");

    private static final String[] CATEGORIES = {
        "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "", "Zs", "Zl", "Zp", "Cc", "Cf", "",
        "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"
    };

    private CharClasses() {}

    /** The characters with a Unicode property, {@code \p{NAME}}; empty if it is not known. */
    static Optional<CodePoints> property(String name) {
        int equals = name.indexOf('=');
        String key = equals < 0 ? "" : name.substring(0, equals).toLowerCase(Locale.ROOT);
        String value = name.substring(equals + 1);
        return switch (key) {
            case "" -> general(value).or(() -> binary(value));
            case "general_category", "gc" -> general(value);
            case "script", "sc", "script_extensions", "scx" -> script(value);
            default -> Optional.empty();
        };
    }

    private static Optional<CodePoints> general(String name) {
        String shortName = LONG_NAMES.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        boolean known = false;
        boolean[] wanted = new boolean[CATEGORIES.length];
        for (int i = 0; i < CATEGORIES.length; i++) {
            wanted[i] = !shortName.isEmpty()
                    && (CATEGORIES[i].equals(shortName)
                            || (shortName.length() == 1 && CATEGORIES[i].startsWith(shortName)));
            known |= wanted[i];
        }
        return known ? Optional.of(CodePoints.where(point -> wanted[Character.getType(point)])) : Optional.empty();
    }

    private static Optional<CodePoints> binary(String name) {
        IntPredicate test = switch (name) {
            case "Alphabetic", "Alpha" -> Character::isAlphabetic;
            case "Lowercase", "Lower" -> Character::isLowerCase;
            case "Uppercase", "Upper" -> Character::isUpperCase;
            case "White_Space", "space" -> point -> (SPACE.contains(point) && point != 0xFEFF) || point == 0x85;
            case "Emoji" -> Character::isEmoji;
            case "Ideographic", "Ideo" -> Character::isIdeographic;
            case "ASCII" -> point -> point < 0x80;
            case "Any" -> point -> true;
            default -> point -> false;
        };
        CodePoints set = CodePoints.where(test);
        return set.isEmpty() ? Optional.empty() : Optional.of(set);
    }

    private static Optional<CodePoints> script(String name) {
        try {
            Character.UnicodeScript script = Character.UnicodeScript.forName(name);
            return Optional.of(CodePoints.where(point -> Character.UnicodeScript.of(point) == script));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
