package io.jgemma.engine.grammar.regex;

import java.util.List;
import java.util.stream.Collectors;

/** Expressions as text, for people who debug. */
final class RegexText {
    private RegexText() {}

    static String join(List<Regex> parts, String separator) {
        return parts.stream().map(Regex::toString).collect(Collectors.joining(separator, "(", ")"));
    }

    static String of(ByteSet set) {
        StringBuilder text = new StringBuilder("[");
        for (int value = 0; value < 256; value++) {
            if (!set.contains(value)) {
                continue;
            }
            int low = value;
            while (value < 255 && set.contains(value + 1)) {
                value++;
            }
            text.append(name(low)).append(value > low ? "-" + name(value) : "");
        }
        return text.append(']').toString();
    }

    private static String name(int value) {
        return value > 0x20 && value < 0x7F ? String.valueOf((char) value) : String.format("\\x%02x", value);
    }
}
