package io.jgemma.engine.grammar.regex;

import io.jgemma.engine.grammar.regex.Regex.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many plain characters, whichever they are, can be read before a language asks for something else: told by the form of its
 * expression, so less may be told than there is. Not for use by several threads.
 */
public final class PlainPrefix {
    /** More than any token has. */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    private final RegexStore store;
    private final Map<Regex, Boolean> universal = new HashMap<>();

    /** For the expressions of a store. */
    public PlainPrefix(RegexStore store) {
        this.store = store;
    }

    /** Forgets what was found out about expressions. */
    public void clear() {
        universal.clear();
    }

    /** So many plain characters at least. */
    public int of(Regex regex) {
        return switch (regex.shape) {
            case Shape.Concat(Regex head, Regex tail) -> repeated(head);
            case Shape.Repeat(Regex body, int min, int max) -> repeated(regex);
            case Shape.Or(List<Regex> parts) -> {
                int most = 0;
                for (Regex part : parts) {
                    most = Math.max(most, of(part));
                }
                yield most;
            }
            default -> regex == store.everything() ? ANY_NUMBER : 0;
        };
    }

    private int repeated(Regex regex) {
        if (!(regex.shape instanceof Shape.Repeat(Regex body, int min, int max))) {
            return 0;
        }
        Boolean known = universal.get(body);
        if (known == null) {
            known = takesEachPlain(body);
            universal.put(body, known);
        }
        return !known ? 0 : max == RegexStore.UNBOUNDED ? ANY_NUMBER : max;
    }

    private boolean takesEachPlain(Regex body) {
        for (int value = 0; value < 0x80; value++) {
            if (PlainText.isPlain(value) && !store.derive(body, value).nullable) {
                return false;
            }
        }
        for (int[] ranges : PlainText.sequences()) {
            if (!takes(body, ranges, 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean takes(Regex from, int[] ranges, int i) {
        if (i == ranges.length) {
            return from.nullable;
        }
        Regex last = store.empty();
        for (int value = ranges[i]; value <= ranges[i + 1]; value++) {
            Regex next = store.derive(from, value);
            if (next.isEmpty() || (next != last && !takes(next, ranges, i + 2))) {
                return false;
            }
            last = next;
        }
        return true;
    }
}
