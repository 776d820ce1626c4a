package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * The pieces that attention of one layer is cut into, so that all workers have something to do. The objects are kept and
 * filled again: the token loop makes none.
 */
final class AttentionItems {

    /** Tiles below which cutting the context is not worth the joining. */
    private static final int SPLIT_TILES = 8;

    /** Rows {@code first..first+rows} of a span with one K/V head, over tiles {@code fromTile..toTile}. */
    static final class Item {
        private KvSpan span = CpuAttention.NO_SPAN;
        private int head;
        private int first;
        private int rows;
        private int fromTile;
        private int toTile;
        private int parts;

        KvSpan span() {
            return span;
        }

        int head() {
            return head;
        }

        /** First row, counted within the span. */
        int first() {
            return first;
        }

        int rows() {
            return rows;
        }

        int fromTile() {
            return fromTile;
        }

        int toTile() {
            return toTile;
        }

        /** Items that the same rows and head were cut into, along the context; they follow one another. */
        int parts() {
            return parts;
        }

        /** First position that any of the rows sees. */
        int visibleStart(int window) {
            return span.visibleStart(first, window);
        }

        /** End, exclusive, of what the rows see. */
        int visibleEnd() {
            return AttentionItems.visibleEnd(span, first, rows);
        }
    }

    private final List<Item> items = new ArrayList<>();
    private int count;
    private int blockRows;

    /**
     * Cuts the rows of spans.
     *
     * @param group query heads that share a K/V head
     * @param blockQueries queries, rows times heads, that share a tile
     */
    void cut(List<KvSpan> spans, KvLayout layout, int group, int blockQueries, int workers) {
        count = 0;
        blockRows = Math.max(1, blockQueries / group);
        int blocks = 0;
        for (int i = 0; i < spans.size(); i++) {
            blocks += Math.ceilDiv(spans.get(i).rows(), blockRows) * layout.kvHeads();
        }
        int wantedParts = blocks >= workers ? 1 : Math.ceilDiv(2 * workers, Math.max(1, blocks));
        for (int i = 0; i < spans.size(); i++) {
            cut(spans.get(i), layout, wantedParts);
        }
    }

    private void cut(KvSpan span, KvLayout layout, int wantedParts) {
        for (int first = 0; first < span.rows(); first += blockRows) {
            int rows = Math.min(blockRows, span.rows() - first);
            int from = CpuKvReader.tileOf(span, span.visibleStart(first, layout.window()));
            int to = CpuKvReader.tileOf(span, visibleEnd(span, first, rows) - 1) + 1;
            int parts = Math.clamp((to - from) / SPLIT_TILES, 1, wantedParts);
            for (int head = 0; head < layout.kvHeads(); head++) {
                for (int part = 0; part < parts; part++) {
                    Item item = next();
                    item.span = span;
                    item.head = head;
                    item.first = first;
                    item.rows = rows;
                    item.fromTile = from + (to - from) * part / parts;
                    item.toTile = from + (to - from) * (part + 1) / parts;
                    item.parts = parts;
                }
            }
        }
    }

    private Item next() {
        if (count == items.size()) {
            items.add(new Item());
        }
        return items.get(count++);
    }

    private static int visibleEnd(KvSpan span, int first, int rows) {
        int end = 0;
        for (int i = first; i < first + rows; i++) {
            end = Math.max(end, span.visibleEnd(i));
        }
        return end;
    }

    int count() {
        return count;
    }

    Item get(int index) {
        return items.get(index);
    }

    /** The most rows of an item. */
    int blockRows() {
        return blockRows;
    }
}
