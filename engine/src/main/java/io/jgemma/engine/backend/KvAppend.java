package io.jgemma.engine.backend;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

/**
 * What becomes of the tiles of one sequence in one group of layers when tokens are appended to it. This is the one rule
 * behind reserving memory, storing on any backend, and what is held afterwards:
 *
 * <ul>
 *   <li>a tile <i>leaves</i> the tail when its tokens lie between the old and the new {@link KvLayout#tailStart}: it is
 *       quantized into its page;
 *   <li>it <i>waits</i> in a recent tile, in F16, unless it leaves as soon as it comes, whole. One of which a part came
 *       earlier has waited, and is quantized from what waited. The sink waits for ever, beside its quantized form;
 *   <li>readers find in F16 what has not left the tail, and the sink: {@link KvLayout#recent}.
 * </ul>
 *
 * <p>Sides that are stored plainly have no such tiles; their tokens go to their pages at once. {@code kv.cuh} states the
 * rule once more, for devices.
 *
 * @param layout the group's layout
 * @param position first token that is appended
 * @param end token behind the last one
 * @param tailStart first token of the tail before
 * @param nextTail first token of the tail afterwards
 */
public record KvAppend(KvLayout layout, int position, int end, int tailStart, int nextTail) {

    /**
     * Appending {@code tokens} behind {@code position} ones.
     *
     * @param tailStart first token of the tail before; 0 where nothing is quantized
     */
    public static KvAppend of(KvLayout layout, int tailStart, int position, int tokens) {
        int end = position + tokens;
        return new KvAppend(
                layout, position, end, tailStart, layout.tiled() ? KvLayout.tailStart(tailStart, end) : tailStart);
    }

    /** Appending the rows of a span. */
    public static KvAppend of(KvLayout layout, PageTable table, KvSpan span) {
        return of(layout, layout.tiled() ? table.tailStart() : 0, span.position(), span.rows());
    }

    /** Whether {@link #of(KvLayout, int, int, int)} of the same arguments made this. */
    public boolean isOf(KvLayout other, int otherTailStart, int otherPosition, int tokens) {
        return tailStart == otherTailStart
                && position == otherPosition
                && end == otherPosition + tokens
                && layout.equals(other);
    }

    /** First tile that is written, in a page or as a recent one. */
    public int firstTile() {
        return (nextTail > tailStart ? Math.min(tailStart, position) : position) / TILE_TOKENS;
    }

    /** Tile behind the last one written. */
    public int endTile() {
        return Math.ceilDiv(end, TILE_TOKENS);
    }

    /** First page that has tiles which are written. */
    public int firstPage() {
        return firstTile() * TILE_TOKENS / PAGE_TOKENS;
    }

    /** Page behind the last one. */
    public int endPage() {
        return Math.ceilDiv(end, PAGE_TOKENS);
    }

    /** Whether a tile gets tokens. */
    public boolean grows(int tile) {
        return Math.max(tile * TILE_TOKENS, position) < Math.min((tile + 1) * TILE_TOKENS, end);
    }

    /** Whether a tile leaves the tail: its quantized sides are written to its page. */
    public boolean leaves(int tile) {
        int start = tile * TILE_TOKENS;
        return start >= tailStart && start < nextTail;
    }

    /** Whether a tile's quantized sides are in a recent tile, or were until now. */
    public boolean waits(int tile) {
        return !leaves(tile) || tile * TILE_TOKENS < position || layout.sink(tile);
    }

    /** Whether storing writes or reads the recent tile of a tile. */
    public boolean touchesRecent(int tile) {
        return layout.tiled() && waits(tile) && (grows(tile) || leaves(tile));
    }

    /** Whether storing writes to a page. */
    public boolean touchesPage(int page) {
        return (layout.plain() && meets(page, position, end)) || (layout.tiled() && meets(page, tailStart, nextTail));
    }

    /** Whether some of the tokens {@code from} to {@code to}, exclusive, belong to a page. */
    public static boolean meets(int page, int from, int to) {
        return Math.max(page * PAGE_TOKENS, from) < Math.min((page + 1) * PAGE_TOKENS, to);
    }
}
