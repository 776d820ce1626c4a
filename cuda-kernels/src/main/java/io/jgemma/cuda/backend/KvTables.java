package io.jgemma.cuda.backend;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSide;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells kernels where K and V lie: for each sequence of a pass and each group of layers a table of 64-bit words on the
 * device, {@code KvSpan} of {@code kv.cuh} in front of addresses. The layers of a group share it: page tables do not change
 * within a pass.
 */
final class KvTables {
    private static final int HEADER_WORDS = 25;

    private record Made(KvSpan span, int group, boolean toWrite, long address) {}

    private final Device device;
    private final List<Made> made = new ArrayList<>();
    private List<KvSpan> pass = List.of();
    private int generation;
    private long[] words = new long[HEADER_WORDS];
    private int count;

    KvTables(Device device) {
        this.device = device;
    }

    /** What follows is of these spans. Tables of others are forgotten. */
    void begin(List<KvSpan> spans) {
        boolean same = spans.size() == pass.size();
        for (int i = 0; i < spans.size() && same; i++) {
            same = spans.get(i) == pass.get(i);
        }
        if (!same) {
            pass = spans;
            made.clear();
        }
    }

    /** Address of a table for attention to what was stored before the span. */
    long toRead(KvLayer layer, KvSpan span) {
        return find(layer, span, false);
    }

    /** Address of a table for storing the span. */
    long toWrite(KvLayer layer, KvSpan span) {
        return find(layer, span, true);
    }

    private long find(KvLayer layer, KvSpan span, boolean toWrite) {
        if (generation != device.pass().generation()) {
            made.clear();
        }
        for (Made each : made) {
            if (each.span == span && each.group == layer.group() && each.toWrite == toWrite) {
                return each.address;
            }
        }
        PageTable table = span.tables().get(layer.group());
        header(layer.layout(), span, table);
        if (toWrite) {
            writtenPlaces(layer.layout(), span, table);
        } else {
            readPlaces(layer.layout(), span, table);
        }
        return send(span, layer.group(), toWrite);
    }

    /** A table takes a power of two of words, so that the next step's lies at the same address for long. */
    private long send(KvSpan span, int group, boolean toWrite) {
        long room = Long.highestOneBit(2L * count - 1);
        MemorySegment host = device.pass().input(device, Long.BYTES * room);
        if (generation != device.pass().generation()) {
            generation = device.pass().generation();
            made.clear();
        }
        MemorySegment.copy(words, 0, host, ValueLayout.JAVA_LONG, 0, count);
        long address = device.pass().addressOf(host);
        made.add(new Made(span, group, toWrite, address));
        return address;
    }

    /** Fields of {@code KvSpan} in their order; {@link Field} names those that come later. */
    private void header(KvLayout layout, KvSpan span, PageTable table) {
        count = 0;
        KvExtent extent = KvExtent.of(layout, span, table);
        put(span.position());
        put(span.rows());
        put(layout.window());
        put(extent.tailStart());
        put(extent.nextTail());
        put(0);
        put(layout.kvHeads());
        put(layout.keysOffset(1, 0));
        put(layout.recentTileBytes() / layout.layers());
        put(layout.keys().pageBytes() + layout.values().pageBytes());
        put(TILE_TOKENS * (layout.keys().recentVectorBytes() + layout.values().recentVectorBytes()));
        put(0);
        put(0);
        put(0);
        put(extent.firstTile());
        put(layout.keys(), 0, 0);
        put(layout.values(), layout.valuesOffset(0, 0), layout.recentValueOffset(0, 0, 0));
    }

    private void put(KvSide side, long inPage, long inRecentTile) {
        put(side.type().ggufId());
        put(side.dim());
        put(inPage);
        put(inRecentTile);
        put(side.meanBytes());
    }

    /** What rows of the span see before their pass; nothing else is asked for, since it need not be there. */
    private void readPlaces(KvLayout layout, KvSpan span, PageTable table) {
        int from = span.visibleStart(0, layout.window());
        int position = span.position();
        int tail = layout.tiled() ? table.tailStart() : 0;
        int quantizedFrom = Math.max(from, layout.sink() ? TILE_TOKENS : 0);
        int quantizedTo = Math.min(tail, position);
        int firstPage = from / PAGE_TOKENS;
        words[Field.PAGES] = (long) count - firstPage;
        for (int page = firstPage; page * PAGE_TOKENS < position; page++) {
            boolean seen = (layout.plain() && meets(page, from, position))
                    || (layout.tiled() && meets(page, quantizedFrom, quantizedTo));
            put(seen ? addressOfPage(table, page) : 0);
        }
        if (layout.sink() && position > 0) {
            words[Field.SINK] = count;
            put(addressOfRecentTile(table, 0));
        }
        int firstTile = Math.max(from, tail) / TILE_TOKENS;
        words[Field.RECENTS] = (long) count - firstTile;
        for (int tile = firstTile; tile * TILE_TOKENS < position && layout.tiled(); tile++) {
            boolean sink = tile == 0 && layout.sink();
            put(sink ? 0 : addressOfRecentTile(table, tile));
        }
        if (span.visibleEnds().length > 0) {
            words[Field.ENDS] = count;
            for (int end : span.visibleEnds()) {
                put(end);
            }
        }
    }

    /** What storing the span writes, and the recent tiles that it quantizes. */
    private void writtenPlaces(KvLayout layout, KvSpan span, PageTable table) {
        KvExtent extent = KvExtent.of(layout, span, table);
        int firstPage = extent.firstPage();
        words[Field.PAGES] = (long) count - firstPage;
        for (int page = firstPage; page < extent.pageEnd(); page++) {
            boolean written = (layout.plain() && meets(page, span.position(), extent.end()))
                    || (layout.tiled() && meets(page, extent.tailStart(), extent.nextTail()));
            put(written ? addressOfPage(table, page) : 0);
        }
        words[Field.RECENTS] = (long) count - extent.firstTile();
        for (int tile = extent.firstTile(); tile < extent.tileEnd() && layout.tiled(); tile++) {
            int start = tile * TILE_TOKENS;
            boolean leaves = start >= extent.tailStart() && start < extent.nextTail();
            boolean sink = tile == 0 && layout.sink();
            boolean waits = !leaves || start < span.position() || sink;
            boolean grows = start + TILE_TOKENS > span.position();
            if (sink) {
                words[Field.SINK] = count;
            }
            put(waits && (grows || leaves) ? addressOfRecentTile(table, tile) : 0);
        }
    }

    private static boolean meets(int page, int from, int to) {
        return Math.max(page * PAGE_TOKENS, from) < Math.min((page + 1) * PAGE_TOKENS, to);
    }

    private long addressOfPage(PageTable table, int page) {
        return DeviceBuffer.of(device, table.page(page)).address();
    }

    private long addressOfRecentTile(PageTable table, int tile) {
        return DeviceBuffer.of(device, table.recentTile(tile)).address();
    }

    private void put(long word) {
        if (count == words.length) {
            words = Arrays.copyOf(words, 2 * count);
        }
        words[count++] = word;
    }

    /** Words of {@code KvSpan} that are known when the addresses are. */
    private static final class Field {
        static final int SINK = 5;
        static final int PAGES = 11;
        static final int RECENTS = 12;
        static final int ENDS = 13;
    }
}
