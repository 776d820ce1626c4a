package io.jgemma.engine.kv;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.tensor.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * All K/V memory of an engine.
 *
 * <p><b>Why pages.</b> A conversation grows token by token, shares its beginning with others (the system prompt, a title
 * made from the same chat), is cut back when the user edits, and in window layers loses its oldest part. Pages with a
 * reference count give all of that with one structure: a sequence is a list of references; a fork copies the list; a
 * cut drops the last ones; a window drops the first. A page is written by at most one sequence: who wants to write into
 * a shared page gets a copy first.
 *
 * <p><b>Why the same page for all layers of a group.</b> They grow and shrink together, so one reference does for all,
 * and a device needs one table of addresses for a group rather than one for a layer.
 *
 * <p>Pages given back are kept for the next taker until the pool is closed or {@link #trim} is called. Not thread-safe;
 * the engine calls it from one thread at a time.
 */
public final class KvPool implements AutoCloseable {

    private final Backend backend;
    private final KvPlan plan;
    private final List<Deque<Buffer>> free = new ArrayList<>();
    private int pagesInUse;
    private long bytes;

    /** A pool over a backend's memory. */
    public KvPool(Backend backend, KvPlan plan) {
        this.backend = backend;
        this.plan = plan;
        for (int g = 0; g < plan.groups().size(); g++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** The layout of the pages. */
    public KvPlan plan() {
        return plan;
    }

    /** A new, empty sequence. */
    public KvSequence sequence() {
        return new KvSequence(this);
    }

    /** Pages that sequences hold; a shared page counts once. */
    public int pagesInUse() {
        return pagesInUse;
    }

    /** Bytes of all pages, those waiting for a taker included. */
    public long bytes() {
        return bytes;
    }

    Page take(int group) {
        Buffer buffer = free.get(group).poll();
        if (buffer == null) {
            KvLayout layout = plan.groups().get(group);
            buffer = backend.allocate(layout.pageBytes());
            bytes += layout.pageBytes();
        }
        pagesInUse++;
        return new Page(group, buffer);
    }

    /** A copy of a page for a sequence that wants to write into it; the page loses one reference. */
    Page copy(Page page) {
        Page copy = take(page.group);
        backend.copy(page.buffer, copy.buffer, plan.groups().get(page.group).pageBytes());
        page.release();
        return copy;
    }

    /** Returns memory that no sequence holds to the backend. */
    public void trim() {
        for (int g = 0; g < free.size(); g++) {
            for (Buffer buffer : free.get(g)) {
                buffer.close();
                bytes -= plan.groups().get(g).pageBytes();
            }
            free.get(g).clear();
        }
    }

    /**
     * Frees everything.
     *
     * @throws IllegalStateException when a sequence still holds pages
     */
    @Override
    public void close() {
        if (pagesInUse != 0) {
            throw new IllegalStateException(pagesInUse + " K/V pages are still held: close the sequences first");
        }
        trim();
    }

    /** A page and how many sequences hold it. */
    final class Page {
        private final int group;
        private final Buffer buffer;
        private int references = 1;

        private Page(int group, Buffer buffer) {
            this.group = group;
            this.buffer = buffer;
        }

        Buffer buffer() {
            return buffer;
        }

        boolean shared() {
            return references > 1;
        }

        Page retain() {
            references++;
            return this;
        }

        void release() {
            if (references <= 0) {
                throw new IllegalStateException("a K/V page was given back twice");
            }
            references--;
            if (references == 0) {
                pagesInUse--;
                free.get(group).push(buffer);
            }
        }
    }
}
