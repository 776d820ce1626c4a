package io.jgemma.engine.kv;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.tensor.Buffer;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * All K/V memory of an engine.
 *
 * <p><b>Why pages.</b> A conversation grows token by token, shares its beginning with others (the system prompt, a title
 * made from the same chat), is cut back when the user edits, and in window layers loses its oldest part. Pages with a
 * reference count give all of that with one structure: a sequence is a list of references; a fork copies the list; a
 * cut drops the last ones; a window drops the first. A page is written by at most one sequence: who wants to write into
 * a shared page gets a copy first. Recent tiles (see {@link KvLayout}) are small pages and live by the same rules.
 *
 * <p><b>Why the same page for all layers of a group.</b> They grow and shrink together, so one reference does for all,
 * and a device needs one table of addresses for a group rather than one for a layer.
 *
 * <p>Pages given back are kept for the next taker until the pool is closed, {@link #trim} is called or a page of another
 * size would exceed {@link #limitBytes}. Not thread-safe; the engine calls it from one thread at a time.
 */
public final class KvPool implements AutoCloseable {

    private final List<Backend> backends;
    private final KvPlan plan;
    private final List<Shelf> pages = new ArrayList<>();
    private final List<Shelf> recentTiles = new ArrayList<>();
    private long limitBytes = Long.MAX_VALUE;
    private int pagesInUse;
    private long bytesInUse;
    private long bytes;

    /** A pool over the memory of one backend. */
    public KvPool(Backend backend, KvPlan plan) {
        this(List.of(backend), plan);
    }

    /** A pool over the memory of the backends that the plan's stages run on. */
    public KvPool(List<Backend> backends, KvPlan plan) {
        this.backends = List.copyOf(backends);
        this.plan = plan;
        for (int g = 0; g < plan.groups().size(); g++) {
            KvLayout group = plan.groups().get(g);
            pages.add(new Shelf(backend(g), group.pageBytes()));
            recentTiles.add(new Shelf(backend(g), group.recentTileBytes()));
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

    /**
     * A new sequence with the K and V that {@link KvSequence#writeTo} wrote. If that fails, nothing is held.
     *
     * @param extent what the sequence held
     * @throws IllegalArgumentException when no sequence of this pool can hold that
     * @throws java.io.EOFException when the channel ends before {@link KvExtent#bytes}
     * @throws IOException when it cannot be read
     */
    public KvSequence read(KvExtent extent, ReadableByteChannel in) throws IOException {
        extent.requireFits(plan);
        KvSequence sequence = sequence();
        boolean complete = false;
        try {
            sequence.readFrom(extent, in);
            complete = true;
            return sequence;
        } finally {
            if (!complete) {
                sequence.close();
            }
        }
    }

    /** Pages and recent tiles that sequences hold; a shared one counts once. */
    public int pagesInUse() {
        return pagesInUse;
    }

    /** Bytes of {@link #pagesInUse}. */
    public long bytesInUse() {
        return bytesInUse;
    }

    /** Bytes of all pages and recent tiles, those waiting for a taker included. */
    public long bytes() {
        return bytes;
    }

    /**
     * Bytes that sequences may hold. The pool does not refuse to give more: who schedules sequences asks
     * {@link #freeBytes} and {@link KvSequence#bytesToReserve} before.
     */
    public long limitBytes() {
        return limitBytes;
    }

    /** Sets {@link #limitBytes}. */
    public void limitTo(long allowedBytes) {
        limitBytes = allowedBytes;
    }

    /** Bytes that sequences may take on top of what they hold. */
    public long freeBytes() {
        return limitBytes - bytesInUse;
    }

    /** Bytes of the pages and recent tiles that sequences hold; one that several hold counts once. */
    public long bytesOf(Iterable<KvSequence> sequences) {
        Set<Page> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        sequences.forEach(sequence -> sequence.collect(distinct));
        return distinct.stream().mapToLong(page -> page.shelf.pageBytes).sum();
    }

    /** Where a group of layers has its pages. */
    Backend backend(int group) {
        return backends.get(plan.stages().get(group));
    }

    Shelf pages(int group) {
        return pages.get(group);
    }

    Shelf recentTiles(int group) {
        return recentTiles.get(group);
    }

    /** Returns memory that no sequence holds to the backend. */
    public void trim() {
        pages.forEach(Shelf::trim);
        recentTiles.forEach(Shelf::trim);
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

    /** Pages of one size. */
    final class Shelf {
        private final Backend backend;
        private final long pageBytes;
        private final Deque<Buffer> free = new ArrayDeque<>();

        private Shelf(Backend backend, long pageBytes) {
            this.backend = backend;
            this.pageBytes = pageBytes;
        }

        long pageBytes() {
            return pageBytes;
        }

        Page take() {
            Buffer buffer = free.poll();
            if (buffer == null) {
                if (pageBytes > limitBytes - bytes) {
                    KvPool.this.trim();
                }
                buffer = backend.allocate(pageBytes);
                bytes += pageBytes;
            }
            pagesInUse++;
            bytesInUse += pageBytes;
            return new Page(this, buffer);
        }

        private void putBack(Buffer buffer) {
            pagesInUse--;
            bytesInUse -= pageBytes;
            free.push(buffer);
        }

        private void trim() {
            for (Buffer buffer : free) {
                buffer.close();
                bytes -= pageBytes;
            }
            free.clear();
        }
    }

    /** A page, or a recent tile, and how many sequences hold it. */
    static final class Page {
        private final Shelf shelf;
        private final Buffer buffer;
        private int references = 1;

        private Page(Shelf shelf, Buffer buffer) {
            this.shelf = shelf;
            this.buffer = buffer;
        }

        Buffer buffer() {
            return buffer;
        }

        Page retain() {
            references++;
            return this;
        }

        /** Bytes that {@link #owned} takes. */
        long bytesToOwn() {
            return references == 1 ? 0 : shelf.pageBytes;
        }

        /** This page for a sequence that wants to write into it: where others hold it too, a copy in exchange for the reference. */
        Page owned() {
            if (references == 1) {
                return this;
            }
            Page copy = shelf.take();
            boolean copied = false;
            try {
                shelf.backend.copy(buffer, copy.buffer, shelf.pageBytes);
                copied = true;
            } finally {
                (copied ? this : copy).release();
            }
            return copy;
        }

        void release() {
            if (references <= 0) {
                throw new IllegalStateException("a K/V page was given back twice");
            }
            references--;
            if (references == 0) {
                shelf.putBack(buffer);
            }
        }
    }
}
