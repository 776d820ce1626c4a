package io.jgemma.engine.grammar.regex;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Characters inside a quoted string. Printable ASCII is written as itself; the quote, the backslash and control characters
 * by escapes; other characters as themselves or by their numbers.
 */
public final class QuotedEncoding implements Encoding {
    private static final CodePoints CONTROL = CodePoints.range(0, 0x1F);
    private static final CodePoints BEYOND_ASCII = CodePoints.range(0x80, Character.MAX_CODE_POINT);
    private static final CodePoints BASIC = CodePoints.range(0x80, 0xFFFF);

    private final Utf8Encoding utf8 = new Utf8Encoding();
    private final Map<Integer, String> escapes;
    private final CodePoints escaped;
    private final boolean json;

    private QuotedEncoding(Map<Integer, String> escapes, boolean json) {
        this.escapes = escapes;
        this.json = json;
        CodePoints named = CONTROL;
        for (int point : escapes.keySet()) {
            named = named.or(CodePoints.of(point));
        }
        escaped = named;
    }

    /** Inside JSON's double quotes. */
    public static QuotedEncoding json() {
        return new QuotedEncoding(
                Map.of(
                        (int) '"',
                        "\\\"",
                        (int) '\\',
                        "\\\\",
                        (int) '\b',
                        "\\b",
                        (int) '\f',
                        "\\f",
                        (int) '\n',
                        "\\n",
                        (int) '\r',
                        "\\r",
                        (int) '\t',
                        "\\t"),
                true);
    }

    /**
     * Inside Python's quotes.
     *
     * @param quote the quote that surrounds the string
     */
    public static QuotedEncoding python(char quote) {
        return new QuotedEncoding(
                Map.of(
                        (int) quote,
                        "\\" + quote,
                        (int) '\\',
                        "\\\\",
                        (int) '\n',
                        "\\n",
                        (int) '\r',
                        "\\r",
                        (int) '\t',
                        "\\t"),
                false);
    }

    @Override
    public Regex chars(CodePoints set, RegexStore store) {
        List<Regex> parts = new ArrayList<>();
        parts.add(utf8.chars(set.minus(escaped), store));
        escapes.forEach((point, escape) -> {
            if (set.contains(point)) {
                parts.add(store.literal(escape.getBytes(StandardCharsets.US_ASCII)));
            }
        });
        DigitRange hex = DigitRange.hex(store);
        Regex four = ascii(store, "\\u");
        set.and(CONTROL).forEachRange((low, high) -> {
            parts.add(store.concat(four, hex.of(low, high, 4)));
            if (!json) {
                parts.add(store.concat(ascii(store, "\\x"), hex.of(low, high, 2)));
            }
        });
        set.and(BASIC).forEachRange((low, high) -> parts.add(store.concat(four, hex.of(low, high, 4))));
        if (json) {
            set.and(BEYOND_ASCII).minus(BASIC).forEachRange((low, high) -> parts.add(pairs(low, high, store)));
        }
        return store.or(parts);
    }

    /** Characters beyond U+FFFF as two escapes, a high and a low surrogate. */
    private static Regex pairs(int low, int high, RegexStore store) {
        DigitRange hex = DigitRange.hex(store);
        Regex four = ascii(store, "\\u");
        int first = (low - 0x10000) >> 10;
        int last = (high - 0x10000) >> 10;
        int lowRest = (low - 0x10000) & 0x3FF;
        int highRest = (high - 0x10000) & 0x3FF;
        List<Regex> parts = new ArrayList<>();
        for (int lead = first; lead <= last; ) {
            int from = lead == first ? lowRest : 0;
            int to = lead == last ? highRest : 0x3FF;
            int end = lead;
            if (from == 0 && to == 0x3FF) {
                end = last > lead && highRest < 0x3FF ? last - 1 : last;
            }
            parts.add(store.concat(List.of(
                    four, hex.of(0xD800 + lead, 0xD800 + end, 4), four, hex.of(0xDC00 + from, 0xDC00 + to, 4))));
            lead = end + 1;
        }
        return store.or(parts);
    }

    /** An ASCII character by its number, as JSON writes it. */
    public static Regex asciiByNumber(RegexStore store) {
        return store.concat(ascii(store, "\\u"), DigitRange.hex(store).of(0, 0x7F, 4));
    }

    private static Regex ascii(RegexStore store, String text) {
        return store.literal(text.getBytes(StandardCharsets.US_ASCII));
    }
}
