package io.jgemma.engine.grammar.regex;

import java.util.ArrayList;
import java.util.List;

/** Characters in UTF-8. */
public final class Utf8Encoding implements Encoding {
    private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

    @Override
    public Regex chars(CodePoints set, RegexStore store) {
        List<Regex> parts = new ArrayList<>();
        set.forEachRange((low, high) -> {
            int from = low;
            for (int length = 1; length <= 4 && from <= high; length++) {
                int to = Math.min(high, LAST_OF_LENGTH[length - 1]);
                if (from <= to) {
                    parts.add(range(store, length).of(from, to, length));
                    from = to + 1;
                }
            }
        });
        return store.or(parts);
    }

    private static DigitRange range(RegexStore store, int length) {
        return new DigitRange(store, 6, (low, high, place) -> {
            int mark = mark(length, place);
            return ByteSet.range(low + mark, high + mark);
        });
    }

    /** The upper bits of the byte that stands {@code place} bytes before the end of a sequence. */
    private static int mark(int length, int place) {
        if (place < length - 1) {
            return 0x80;
        }
        return switch (length) {
            case 1 -> 0;
            case 2 -> 0xC0;
            case 3 -> 0xE0;
            default -> 0xF0;
        };
    }
}
