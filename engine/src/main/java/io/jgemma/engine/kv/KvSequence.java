package io.jgemma.engine.kv;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.tensor.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * K and V of one sequence of tokens: references to pages, a list for each layer group. Not thread-safe.
 *
 * <p>To append {@code n} tokens: {@link #reserve}, let the layers write, {@link #advance}.
 */
public final class KvSequence implements AutoCloseable {

    private final KvPool pool;
    private final List<Pages> groups = new ArrayList<>();
    private final List<PageTable> tables;
    private int length;

    KvSequence(KvPool pool) {
        this.pool = pool;
        for (KvLayout layout : pool.plan().groups()) {
            groups.add(new Pages(groups.size(), layout));
        }
        tables = List.copyOf(groups);
    }

    /** Tokens whose K and V are there. */
    public int length() {
        return length;
    }

    /** The page table of each layer group; the same objects for as long as the sequence lives. */
    public List<PageTable> tables() {
        return tables;
    }

    /** Makes sure that the next {@code tokens} tokens can be written, in pages that no other sequence reads. */
    public void reserve(int tokens) {
        for (Pages group : groups) {
            group.reserve(tokens);
        }
    }

    /** Counts {@code tokens} written tokens in, and lets go of pages that left the window. */
    public void advance(int tokens) {
        length += tokens;
        for (Pages group : groups) {
            group.dropLeading();
        }
    }

    /**
     * Where a cut at {@code tokens} can really be made: {@code tokens} where everything the next row sees is held, else 0,
     * because a window layer has let go of what it would need.
     */
    public int rewindTarget(int tokens) {
        if (tokens < 0 || tokens > length) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens cannot be cut to " + tokens);
        }
        for (Pages group : groups) {
            if (!group.covers(tokens)) {
                return 0;
            }
        }
        return tokens;
    }

    /**
     * Forgets the newest tokens.
     *
     * @param tokens wanted length
     * @return the length now: {@link #rewindTarget}
     */
    public int rewind(int tokens) {
        int target = rewindTarget(tokens);
        length = target;
        for (Pages group : groups) {
            group.truncate();
        }
        return target;
    }

    /** A second sequence with the same content. Both may grow; pages are shared until one writes into them. */
    public KvSequence fork() {
        KvSequence copy = new KvSequence(pool);
        copy.length = length;
        for (int g = 0; g < groups.size(); g++) {
            copy.groups.get(g).shareFrom(groups.get(g));
        }
        return copy;
    }

    /** Gives all pages back. */
    @Override
    public void close() {
        length = 0;
        for (Pages group : groups) {
            group.truncate();
        }
    }

    /** The pages of one group: {@code held.get(i)} is page {@code first + i}. */
    private final class Pages implements PageTable {
        private final int group;
        private final KvLayout layout;
        private final List<KvPool.Page> held = new ArrayList<>();
        private int first;

        Pages(int group, KvLayout layout) {
            this.group = group;
            this.layout = layout;
        }

        @Override
        public Buffer page(int index) {
            if (index < first || index >= first + held.size()) {
                throw new IllegalStateException("page " + index + " is not held: a sequence of " + length
                        + " tokens holds pages " + first + " to " + (first + held.size() - 1));
            }
            return held.get(index - first).buffer();
        }

        void reserve(int tokens) {
            int lastWritten = length / KvLayout.PAGE_TOKENS - first;
            if (lastWritten < held.size() && held.get(lastWritten).shared()) {
                held.set(lastWritten, pool.copy(held.get(lastWritten)));
            }
            int pages = Math.ceilDiv(length + tokens, KvLayout.PAGE_TOKENS);
            while (first + held.size() < pages) {
                held.add(pool.take(group));
            }
        }

        void dropLeading() {
            int keepFrom = KvPlan.firstPage(layout, length);
            while (first < keepFrom) {
                held.removeFirst().release();
                first++;
            }
        }

        boolean covers(int tokens) {
            return first == 0 || tokens - layout.window() + 1 >= first * KvLayout.PAGE_TOKENS;
        }

        void truncate() {
            int pages = Math.ceilDiv(length, KvLayout.PAGE_TOKENS);
            if (pages < first) {
                pages = first;
            }
            while (first + held.size() > pages) {
                held.removeLast().release();
            }
            if (length == 0) {
                held.forEach(KvPool.Page::release);
                held.clear();
                first = 0;
            }
        }

        void shareFrom(Pages other) {
            first = other.first;
            // Pages reserved but not written yet stay with who reserved them: both would write there.
            int written = Math.ceilDiv(length, KvLayout.PAGE_TOKENS) - first;
            other.held.subList(0, written).forEach(page -> held.add(page.retain()));
        }
    }
}
