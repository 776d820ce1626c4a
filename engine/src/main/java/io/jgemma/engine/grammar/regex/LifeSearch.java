package io.jgemma.engine.grammar.regex;

import io.jgemma.engine.grammar.regex.Regex.Life;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a word of a language by taking derivatives, nearest first. What lies on the way to a word is alive; if there is
 * none, everything reached is dead.
 */
final class LifeSearch {
    private final RegexStore store;
    private final Map<Regex, Regex> reachedFrom = new HashMap<>();
    private final Deque<Regex> queue = new ArrayDeque<>();

    LifeSearch(RegexStore store) {
        this.store = store;
    }

    /** Looks for a word and marks what it finds out. Returns the steps that it took. */
    int search(Regex start, int steps) {
        queue.add(start);
        reachedFrom.put(start, start);
        int taken = 0;
        while (!queue.isEmpty()) {
            if (taken++ == steps) {
                return steps;
            }
            Regex regex = queue.remove();
            for (int value : store.classes().representatives()) {
                Regex next = store.derive(regex, value);
                if (next.life == Life.LIVE) {
                    markAlive(regex);
                    return taken;
                }
                if (next.life == Life.UNKNOWN && reachedFrom.putIfAbsent(next, regex) == null) {
                    queue.add(next);
                }
            }
        }
        for (Regex dead : reachedFrom.keySet()) {
            dead.life = Life.DEAD;
        }
        return taken;
    }

    private void markAlive(Regex last) {
        Regex at = last;
        while (at.life != Life.LIVE) {
            at.life = Life.LIVE;
            @Nullable Regex before = reachedFrom.get(at);
            at = before == null ? at : before;
        }
    }
}
