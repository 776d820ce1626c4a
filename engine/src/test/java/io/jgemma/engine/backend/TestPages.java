package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Pages and recent tiles of a test. New ones are full of NaN in every float type, so that reading what was never written
 * shows.
 */
final class TestPages implements PageTable {

    private final TestMemory memory;
    private final KvLayout layout;
    private final Map<Integer, Buffer> pages = new HashMap<>();
    private final Map<Integer, Buffer> recentTiles = new HashMap<>();
    private int firstToken = -1;
    private int tailStart;

    TestPages(TestMemory memory, KvLayout layout) {
        this.memory = memory;
        this.layout = layout;
    }

    /** A table that must not be asked for anything. */
    static PageTable forbidden() {
        return new PageTable() {
            @Override
            public Buffer page(int index) {
                throw new IllegalStateException("the page table of another group was read");
            }

            @Override
            public int tailStart() {
                throw new IllegalStateException("the page table of another group was read");
            }

            @Override
            public Buffer recentTile(int index) {
                throw new IllegalStateException("the page table of another group was read");
            }
        };
    }

    /** Makes what storing tokens {@code from} to {@code to}, exclusive, writes; everything else is missing. */
    void hold(int from, int to) {
        if (firstToken < 0) {
            firstToken = from;
            tailStart = from - from % KvLayout.TILE_TOKENS;
        }
        int nextTail = layout.tiled() ? KvLayout.tailStart(tailStart, to) : tailStart;
        if (layout.plain()) {
            holdPages(from, to);
        }
        if (nextTail > tailStart) {
            holdPages(tailStart, nextTail);
        }
        for (int i = from / KvLayout.TILE_TOKENS; i <= (to - 1) / KvLayout.TILE_TOKENS && layout.tiled(); i++) {
            boolean waits = i * KvLayout.TILE_TOKENS >= nextTail || (i == 0 && layout.sink());
            if (waits) {
                recentTiles.computeIfAbsent(i, index -> poisoned(layout.recentTileBytes()));
            }
        }
    }

    private void holdPages(int from, int to) {
        for (int i = from / KvLayout.PAGE_TOKENS; i <= (to - 1) / KvLayout.PAGE_TOKENS; i++) {
            pages.computeIfAbsent(i, index -> poisoned(layout.pageBytes()));
        }
    }

    private Buffer poisoned(long bytes) {
        Buffer buffer = memory.allocate(bytes);
        // All bits set: NaN as F32, and twice NaN as F16 or BF16.
        memory.fill(floats(buffer), Matrix.filled(1, (int) (bytes / 4), Float.intBitsToFloat(-1)));
        return buffer;
    }

    /** Tokens before {@code length} were stored: what left the tail is in pages only. */
    void advance(int length) {
        if (layout.tiled()) {
            tailStart = KvLayout.tailStart(tailStart, length);
            recentTiles.keySet().removeIf(i -> i < tailStart / KvLayout.TILE_TOKENS && !(i == 0 && layout.sink()));
        }
    }

    /** First token that was ever stored. */
    int firstToken() {
        return Math.max(0, firstToken);
    }

    /** A page's bytes as floats. */
    Matrix content(int index) {
        return memory.read(floats(page(index)));
    }

    private static Tensor floats(Buffer page) {
        return new Tensor(QuantTypes.F32, 1, page.byteSize() / 4, page, 0);
    }

    @Override
    public Buffer page(int index) {
        Buffer page = pages.get(index);
        if (page == null) {
            throw new IllegalStateException("page " + index + " is not held by this test");
        }
        return page;
    }

    @Override
    public int tailStart() {
        return tailStart;
    }

    @Override
    public Buffer recentTile(int index) {
        Buffer tile = recentTiles.get(index);
        if (tile == null) {
            throw new IllegalStateException("recent tile " + index + " is not held by this test");
        }
        return tile;
    }
}
