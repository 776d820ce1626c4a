package io.jgemma.engine.kv;

import io.jgemma.engine.tensor.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Consecutive pages of one sequence, of which it holds {@link #first} to {@link #end}, exclusive. */
final class PageRun {

    private final KvPool.Shelf shelf;
    private final List<KvPool.Page> held = new ArrayList<>();
    private int first;

    PageRun(KvPool.Shelf shelf) {
        this.shelf = shelf;
    }

    int first() {
        return first;
    }

    int end() {
        return first + held.size();
    }

    int size() {
        return held.size();
    }

    Buffer buffer(int index) {
        if (index < first || index >= end()) {
            throw new IllegalStateException("page " + index + " is not held: the sequence holds "
                    + (held.isEmpty() ? "none" : first + " to " + (end() - 1)));
        }
        return held.get(index - first).buffer();
    }

    /** Begins an empty run at a page, although those before it were never held. */
    void startAt(int page) {
        if (!held.isEmpty()) {
            throw new IllegalStateException("the run holds " + held.size() + " pages already");
        }
        first = page;
    }

    /** Sees to it that pages {@code from} to {@code to}, exclusive, are held and nobody else's. Those from the end on are new. */
    void own(int from, int to) {
        for (int i = Math.max(from, first); i < Math.min(to, end()); i++) {
            held.set(i - first, held.get(i - first).owned());
        }
        if (held.isEmpty() && from < to) {
            first = from;
        }
        while (end() < to) {
            held.add(shelf.take());
        }
    }

    /**
     * Bytes that {@link #own} takes for one page.
     *
     * @param next the first page that is not held, those counted already included
     */
    long bytesToOwn(int page, int next) {
        boolean here = page >= first && page < end();
        return here ? held.get(page - first).bytesToOwn() : Math.max(0, page + 1 - next) * shelf.pageBytes();
    }

    /** Adds the pages held. */
    void collect(Set<KvPool.Page> found) {
        found.addAll(held);
    }

    /** Gives back what lies before {@code from}. */
    void dropBefore(int from) {
        int count = Math.clamp(from - first, 0, held.size());
        List<KvPool.Page> leading = held.subList(0, count);
        leading.forEach(KvPool.Page::release);
        leading.clear();
        first = Math.max(first, from);
    }

    /** Gives back what lies at {@code to} and behind. */
    void dropFrom(int to) {
        while (!held.isEmpty() && end() > to) {
            held.removeLast().release();
        }
    }

    /** Gives back everything and begins at 0 again. */
    void clear() {
        dropFrom(0);
        first = 0;
    }

    /** Holds what {@code other} holds before {@code to}, beside it. */
    void shareFrom(PageRun other, int to) {
        first = other.first;
        for (int i = other.first; i < Math.min(to, other.end()); i++) {
            held.add(other.held.get(i - other.first).retain());
        }
    }
}
