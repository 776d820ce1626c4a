package io.jgemma.engine.grammar.regex;

import io.jgemma.engine.grammar.regex.Regex.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many bytes the shortest words of languages have. Not for use by several threads. */
public final class ShortWords {
    /** No word is known. */
    public static final int NONE = 1 << 24;

    /** Derivatives to look at where the form of an expression does not tell. */
    private static final int MAX_STEPS = 2_000;

    private final RegexStore store;
    private final Map<Regex, Integer> known = new HashMap<>();

    /** For the expressions of a store. */
    public ShortWords(RegexStore store) {
        this.store = store;
    }

    /** Forgets what was found out about expressions. */
    public void clear() {
        known.clear();
    }

    /** Bytes of the shortest word; {@link #NONE} if there is none, or none is found. */
    public int of(Regex regex) {
        if (regex.nullable) {
            return 0;
        }
        Integer before = known.get(regex);
        if (before != null) {
            return before;
        }
        long bytes = 0;
        Regex at = regex;
        while (at.shape instanceof Shape.Concat(Regex head, Regex tail)) {
            bytes += of(head);
            at = tail;
        }
        bytes += at == regex ? length(regex) : of(at);
        int found = (int) Math.min(bytes, NONE);
        known.put(regex, found);
        return found;
    }

    private int length(Regex regex) {
        return switch (regex.shape) {
            case Shape.Empty() -> NONE;
            case Shape.Epsilon() -> 0;
            case Shape.Bytes(ByteSet set) -> 1;
            case Shape.Or(List<Regex> parts) -> {
                int least = NONE;
                for (Regex part : parts) {
                    least = Math.min(least, of(part));
                }
                yield least;
            }
            case Shape.Repeat(Regex body, int min, int max) -> (int) Math.min((long) min * of(body), NONE);
            default -> search(regex);
        };
    }

    /** The byte that the shortest word begins with, where there is one; -1 if none is known. */
    public int firstByte(Regex regex) {
        int best = NONE;
        int first = -1;
        for (int value : store.classes().representatives()) {
            int rest = of(store.derive(regex, value));
            if (rest < best) {
                best = rest;
                first = value;
            }
        }
        return first;
    }

    private int search(Regex start) {
        Deque<Regex> queue = new ArrayDeque<>();
        Map<Regex, Integer> depths = new HashMap<>();
        queue.add(start);
        depths.put(start, 0);
        for (int taken = 0; taken < MAX_STEPS && !queue.isEmpty(); taken++) {
            Regex regex = queue.remove();
            int depth = depths.getOrDefault(regex, 0) + 1;
            for (int value : store.classes().representatives()) {
                Regex next = store.derive(regex, value);
                if (next.nullable) {
                    return depth;
                }
                if (!next.isEmpty() && depths.putIfAbsent(next, depth) == null) {
                    queue.add(next);
                }
            }
        }
        return NONE;
    }
}
