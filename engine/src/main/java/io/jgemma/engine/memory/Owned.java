package io.jgemma.engine.memory;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What somebody has to close who gives it out. Safe for use by several threads. */
public final class Owned<T> {

    private final Set<T> all = new LinkedHashSet<>();
    private boolean ended;

    /** Nothing is owned yet. */
    public Owned() {}

    /** Adds one, unless nothing may be added any longer. */
    public synchronized boolean add(T one) {
        return !ended && all.add(one);
    }

    /** One was closed by somebody else. */
    public synchronized void remove(T one) {
        all.remove(one);
    }

    /** All there are, for the caller to close; nothing can be added from now on. */
    public synchronized List<T> end() {
        ended = true;
        List<T> rest = List.copyOf(all);
        all.clear();
        return rest;
    }
}
