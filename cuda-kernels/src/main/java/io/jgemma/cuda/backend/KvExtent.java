package io.jgemma.cuda.backend;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;

/**
 * What storing a span writes.
 *
 * @param tailStart first token of the tail before
 * @param nextTail first token of the tail afterwards: the tiles in between are quantized
 * @param firstTile first tile that is written, in a page or as a recent one
 * @param end token behind the last one
 */
record KvExtent(int tailStart, int nextTail, int firstTile, int end) {

    static KvExtent of(KvLayout layout, KvSpan span, PageTable table) {
        int end = span.position() + span.rows();
        int tail = layout.tiled() ? table.tailStart() : 0;
        int next = layout.tiled() ? KvLayout.tailStart(tail, end) : 0;
        int first = next > tail ? Math.min(tail, span.position()) : span.position();
        return new KvExtent(tail, next, first / TILE_TOKENS, end);
    }

    int firstPage() {
        return firstTile * TILE_TOKENS / PAGE_TOKENS;
    }

    int pageEnd() {
        return Math.ceilDiv(end, PAGE_TOKENS);
    }

    int tileEnd() {
        return Math.ceilDiv(end, TILE_TOKENS);
    }
}
