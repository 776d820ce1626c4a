package io.jgemma.engine.kv;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvAppend;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.tensor.Buffer;
import java.util.Set;

/** What one sequence holds for one group of layers: pages, and the recent tiles of its tail and sink. */
final class KvTable implements PageTable {

    private final KvLayout layout;
    private final PageRun pages;
    private final RecentTiles tiles;
    private int tailStart;

    KvTable(KvPool pool, int group) {
        layout = pool.plan().groups().get(group);
        pages = new PageRun(pool.pages(group));
        tiles = new RecentTiles(pool.recentTiles(group));
    }

    @Override
    public Buffer page(int index) {
        return pages.buffer(index);
    }

    @Override
    public int tailStart() {
        return tailStart;
    }

    @Override
    public Buffer recentTile(int index) {
        return tiles.buffer(index);
    }

    PageRun pages() {
        return pages;
    }

    RecentTiles tiles() {
        return tiles;
    }

    /** Makes room behind {@code length} tokens for {@code more}: everything that storing them writes is held, and owned. */
    void reserve(int length, int more) {
        KvAppend append = KvAppend.of(layout, tailStart, length, more);
        for (int page = append.firstPage(); page < append.endPage(); page++) {
            if (append.touchesPage(page)) {
                pages.own(page, page + 1);
            }
        }
        for (int tile = append.firstTile(); tile < append.endTile(); tile++) {
            if (append.touchesRecent(tile) && append.grows(tile)) {
                tiles.own(tile);
            }
        }
    }

    /** Bytes that {@link #reserve} takes. */
    long bytesToReserve(int length, int more) {
        KvAppend append = KvAppend.of(layout, tailStart, length, more);
        long bytes = 0;
        int next = pages.size() == 0 ? append.firstPage() : pages.end();
        for (int page = append.firstPage(); page < append.endPage(); page++) {
            if (append.touchesPage(page)) {
                bytes += pages.bytesToOwn(page, next);
                next = Math.max(next, page + 1);
            } else if (pages.size() == 0 && next == page) {
                next++;
            }
        }
        for (int tile = append.firstTile(); tile < append.endTile(); tile++) {
            if (append.touchesRecent(tile) && append.grows(tile)) {
                bytes += tiles.bytesToOwn(tile);
            }
        }
        return bytes;
    }

    /** Adds what is held. */
    void collect(Set<KvPool.Page> found) {
        pages.collect(found);
        tiles.collect(found);
    }

    /** Whether the tail begins at the same token at either length. */
    boolean sameTail(int length, int other) {
        return !layout.tiled() || KvLayout.tailStart(tailStart, length) == KvLayout.tailStart(tailStart, other);
    }

    /** The sequence has grown to {@code length}: what left the tail or the window goes. */
    void advance(int length) {
        if (layout.tiled()) {
            tailStart = KvLayout.tailStart(tailStart, length);
            tiles.dropUnless(tile -> layout.recent(tile, tailStart));
        }
        pages.dropBefore(KvPlan.firstPage(layout, length));
    }

    /** Where a cut at {@code tokens} must be made: a tile that is quantized stays whole or goes. */
    int cut(int tokens) {
        return layout.tiled() && tokens < tailStart ? tokens - tokens % TILE_TOKENS : tokens;
    }

    /** Whether everything is held that a row at position {@code tokens} sees. */
    boolean covers(int tokens) {
        return pages.first() == 0 || tokens - layout.window() + 1 >= pages.first() * PAGE_TOKENS;
    }

    /** Cuts to a length that {@link #cut} gave. */
    void truncate(int length) {
        if (length == 0) {
            clear();
            return;
        }
        tailStart = Math.min(tailStart, length);
        tiles.dropFrom(Math.ceilDiv(length, TILE_TOKENS));
        pages.dropFrom(pagesWritten(length));
    }

    void clear() {
        tailStart = 0;
        tiles.dropFrom(0);
        pages.clear();
    }

    /** Holds what {@code other} has written, beside it. What is reserved only stays with who reserved it: both would write there. */
    void shareFrom(KvTable other, int length) {
        tailStart = other.tailStart;
        pages.shareFrom(other.pages, other.pagesWritten(length));
        tiles.shareFrom(other.tiles, Math.ceilDiv(length, TILE_TOKENS));
    }

    /** What is held, in numbers. */
    KvExtent.Group extent() {
        return new KvExtent.Group(tailStart, pages.first());
    }

    /** Takes pages and recent tiles for an extent that fits, into an empty table. Their content is anybody's. */
    void takeFor(KvExtent.Group extent, int length) {
        tailStart = extent.tailStart();
        pages.startAt(extent.firstPage());
        pages.own(pages.first(), extent.pageEnd(layout, length));
        for (int tile : extent.tiles(layout, length)) {
            tiles.own(tile);
        }
    }

    private int pagesWritten(int length) {
        return extent().pageEnd(layout, length);
    }
}
