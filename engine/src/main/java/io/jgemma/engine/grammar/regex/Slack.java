package io.jgemma.engine.grammar.regex;

import io.jgemma.engine.grammar.regex.Regex.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes away limits that so few bytes cannot reach: what may follow within them stays the same, and expressions that differ only
 * in how far such a limit is become one. Not for use by several threads.
 */
public final class Slack {
    private static final int FAR = 1 << 24;

    private final RegexStore store;
    private final int bytes;
    private final Map<Regex, Regex> known = new HashMap<>();

    /** For the expressions of a store, and texts of so many bytes. */
    public Slack(RegexStore store, int bytes) {
        this.store = store;
        this.bytes = bytes;
    }

    /** Forgets what was found out about expressions. */
    public void clear() {
        known.clear();
    }

    /** The expression without limits out of reach. */
    public Regex of(Regex regex) {
        return switch (regex.shape) {
            case Shape.Concat(Regex head, Regex tail) -> {
                Regex relaxed = known.get(regex);
                if (relaxed == null) {
                    relaxed = store.concat(of(head), of(tail));
                    known.put(regex, relaxed);
                }
                yield relaxed;
            }
            case Shape.Repeat(Regex body, int min, int max) -> repeated(regex, body, min, max);
            case Shape.Or(List<Regex> parts) ->
                store.or(parts.stream().map(this::of).toList());
            case Shape.And(List<Regex> parts) when parts.size() == 2 -> both(regex, parts.get(0), parts.get(1));
            default -> regex;
        };
    }

    /** As many words as take more bytes than there are stand for any greater number of them. */
    private Regex repeated(Regex regex, Regex body, int min, int max) {
        int shortest = shortest(body);
        if (shortest == 0) {
            return regex;
        }
        int reach = bytes / shortest + 1;
        boolean unbounded = max == RegexStore.UNBOUNDED || max >= reach;
        return store.repeat(body, Math.min(min, reach), unbounded ? RegexStore.UNBOUNDED : max);
    }

    /**
     * An intersection with a limit on the number of characters. The limit is out of reach only if the other language can still
     * end within it after so many bytes.
     */
    private Regex both(Regex regex, Regex a, Regex b) {
        boolean second = b.shape instanceof Shape.Repeat(Regex body, int min, int max) && store.isCharacter(body);
        Regex limited = second ? b : a;
        Regex other = second ? a : b;
        boolean far = limited.shape instanceof Shape.Repeat(Regex body, int min, int max)
                && store.isCharacter(body)
                && min == 0
                && (max == RegexStore.UNBOUNDED || max - bytes > longestWay(other));
        return far && limited.shape instanceof Shape.Repeat(Regex body, int min, int max)
                ? store.and(store.repeat(body, 0, RegexStore.UNBOUNDED), of(other))
                : regex;
    }

    /** How many bytes lead to a word, at most, from wherever one gets in the language. */
    private int longestWay(Regex regex) {
        long way = 0;
        Regex at = regex;
        while (at.shape instanceof Shape.Concat(Regex head, Regex tail)) {
            way += longestWay(head);
            at = tail;
        }
        way += switch (at.shape) {
            case Shape.Bytes(ByteSet set) -> 1;
            case Shape.Repeat(Regex body, int min, int max) -> (min + 1L) * longestWay(body);
            case Shape.Or(List<Regex> parts) -> {
                int most = 0;
                for (Regex part : parts) {
                    most = Math.max(most, longestWay(part));
                }
                yield most;
            }
            case Shape.And(List<Regex> parts) -> FAR;
            case Shape.Not(Regex body) -> FAR;
            case Shape.Steps(Machine machine) -> FAR;
            default -> 0;
        };
        return (int) Math.min(way, FAR);
    }

    /** Bytes of the shortest word, or fewer. */
    private static int shortest(Regex regex) {
        if (regex.nullable) {
            return 0;
        }
        long length = 0;
        Regex at = regex;
        while (at.shape instanceof Shape.Concat(Regex head, Regex tail)) {
            length += shortest(head);
            at = tail;
        }
        length += switch (at.shape) {
            case Shape.Repeat(Regex body, int min, int max) -> (long) min * shortest(body);
            case Shape.Or(List<Regex> parts) -> {
                int least = FAR;
                for (Regex part : parts) {
                    least = Math.min(least, shortest(part));
                }
                yield least;
            }
            default -> at.nullable ? 0 : 1;
        };
        return (int) Math.min(length, FAR);
    }
}
