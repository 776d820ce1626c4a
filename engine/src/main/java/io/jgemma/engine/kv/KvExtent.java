package io.jgemma.engine.kv;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a sequence holds, in numbers. They determine which pages and recent tiles there are and how much of each is
 * written, and so the bytes of a saved sequence:
 *
 * <pre>
 * sequence    = group 0 | group 1 | ...
 * group       = pages, first to last | recent tiles: tile 0 where it is a sink, then those of the tail
 * page        = layer 0 | layer 1 | ...;  layer = head 0 | head 1 | ...;  head = K | V
 * K, V plain  = the vectors of the page's tokens before length
 * K tiled     = mean | the page's tiles before tailStart;  nothing where there are none
 * V tiled     = the page's tiles before tailStart
 * recent tile = layers and heads as above; of each tiled side the vectors of the tile's tokens before length
 * </pre>
 *
 * <p>All values lie as in memory ({@link KvLayout}). What was not written is left out, because a page may still hold what
 * another sequence left there.
 *
 * @param length tokens
 * @param groups what is held for each layer group
 */
public record KvExtent(int length, List<Group> groups) {

    /**
     * What is held for one layer group.
     *
     * @param tailStart first token of the tail; 0 where nothing is quantized
     * @param firstPage first page that has not left the window
     */
    public record Group(int tailStart, int firstPage) {

        /** Page behind the last one written. */
        int pageEnd(KvLayout layout, int length) {
            return Math.ceilDiv(layout.plain() ? length : tailStart, PAGE_TOKENS);
        }

        /** Indexes of the recent tiles, ascending. */
        int[] tiles(KvLayout layout, int length) {
            return IntStream.range(0, Math.ceilDiv(length, TILE_TOKENS))
                    .filter(tile -> layout.recent(tile, tailStart))
                    .toArray();
        }

        private void requireFits(KvLayout layout, int length) {
            if (!layout.tiled() && tailStart != 0) {
                throw new IllegalArgumentException(
                        "a tail begins at token " + tailStart + ", but nothing is quantized");
            }
            if (layout.tiled()
                    && (tailStart < 0
                            || tailStart > length
                            || tailStart % TILE_TOKENS != 0
                            || tailStart != KvLayout.tailStart(tailStart, length))) {
                throw new IllegalArgumentException(
                        "a sequence of " + length + " tokens has no tail that begins at token " + tailStart);
            }
            // What the next row sees is held, and every page between the first and the tail.
            long firstToken = (long) firstPage * PAGE_TOKENS;
            boolean gone = firstPage > 0
                    && (layout.window() == 0
                            || firstToken > length - layout.window() + 1L
                            || (layout.tiled() && firstToken > tailStart));
            if (firstPage < 0 || gone) {
                throw new IllegalArgumentException("a sequence of " + length + " tokens with a window of "
                        + layout.window() + " cannot begin with page " + firstPage);
            }
        }
    }

    public KvExtent {
        groups = List.copyOf(groups);
    }

    /**
     * Checks that a sequence can hold this.
     *
     * @throws IllegalArgumentException when not; the message says what is impossible
     */
    public void requireFits(KvPlan plan) {
        if (length < 0 || groups.size() != plan.groups().size()) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens in " + groups.size()
                    + " groups of layers, where the model has "
                    + plan.groups().size());
        }
        for (int g = 0; g < groups.size(); g++) {
            groups.get(g).requireFits(plan.groups().get(g), length);
        }
    }

    /** Bytes of the saved sequence, for an extent that fits. */
    public long bytes(KvPlan plan) {
        long bytes = 0;
        for (int g = 0; g < groups.size(); g++) {
            KvLayout layout = plan.groups().get(g);
            Group group = groups.get(g);
            for (int page = group.firstPage(); page < group.pageEnd(layout, length); page++) {
                bytes += page(g, layout, page).bytes();
            }
            for (int tile : group.tiles(layout, length)) {
                bytes += recentTile(layout, tile).bytes();
            }
        }
        return bytes;
    }

    /** The written part of a page of group {@code g}. */
    WrittenPart page(int g, KvLayout layout, int page) {
        int tokens = Math.clamp(length - (long) page * PAGE_TOKENS, 0, PAGE_TOKENS);
        int quantized = Math.clamp(groups.get(g).tailStart() - (long) page * PAGE_TOKENS, 0, PAGE_TOKENS);
        return WrittenPart.ofPage(layout, tokens, quantized);
    }

    /** The written part of a recent tile. */
    WrittenPart recentTile(KvLayout layout, int tile) {
        return WrittenPart.ofRecentTile(layout, Math.clamp(length - (long) tile * TILE_TOKENS, 0, TILE_TOKENS));
    }
}
