package io.jgemma.cuda.backend;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvAppend;
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
        KvAppend append = KvAppend.of(layout, table, span);
        put(span.position());
        put(span.rows());
        put(layout.window());
        put(append.tailStart());
        put(append.nextTail());
        put(0);
        put(layout.kvHeads());
        put(layout.keysOffset(1, 0));
        put(layout.recentTileBytes() / layout.layers());
        put(layout.keys().pageBytes() + layout.values().pageBytes());
        put(TILE_TOKENS * (layout.keys().recentVectorBytes() + layout.values().recentVectorBytes()));
        put(0);
        put(0);
        put(0);
        put(append.firstTile());
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
        int firstPage = from / PAGE_TOKENS;
        words[Field.PAGES] = (long) count - firstPage;
        for (int page = firstPage; page * PAGE_TOKENS < position; page++) {
            boolean seen = (layout.plain() && KvAppend.meets(page, from, position))
                    || (layout.tiled() && seesQuantized(layout, tail, page, from, position));
            put(seen ? addressOfPage(table, page) : 0);
        }
        if (layout.sink() && position > 0) {
            words[Field.SINK] = count;
            put(addressOfRecentTile(table, 0));
        }
        int firstTile = Math.max(from, tail) / TILE_TOKENS;
        words[Field.RECENTS] = (long) count - firstTile;
        for (int tile = firstTile; tile * TILE_TOKENS < position && layout.tiled(); tile++) {
            put(layout.sink(tile) ? 0 : addressOfRecentTile(table, tile));
        }
        if (span.visibleEnds().length > 0) {
            words[Field.ENDS] = count;
            for (int end : span.visibleEnds()) {
                put(end);
            }
        }
    }

    /** Whether a page has a quantized tile of which tokens {@code from} to {@code to}, exclusive, are some. */
    private static boolean seesQuantized(KvLayout layout, int tail, int page, int from, int to) {
        int first = Math.max(page * PAGE_TOKENS, from) / TILE_TOKENS;
        int end = Math.ceilDiv(Math.min((page + 1) * PAGE_TOKENS, to), TILE_TOKENS);
        for (int tile = first; tile < end; tile++) {
            if (!layout.recent(tile, tail)) {
                return true;
            }
        }
        return false;
    }

    /** What storing the span writes, and the recent tiles that it quantizes. */
    private void writtenPlaces(KvLayout layout, KvSpan span, PageTable table) {
        KvAppend append = KvAppend.of(layout, table, span);
        int firstPage = append.firstPage();
        words[Field.PAGES] = (long) count - firstPage;
        for (int page = firstPage; page < append.endPage(); page++) {
            put(append.touchesPage(page) ? addressOfPage(table, page) : 0);
        }
        words[Field.RECENTS] = (long) count - append.firstTile();
        for (int tile = append.firstTile(); tile < append.endTile() && layout.tiled(); tile++) {
            if (layout.sink(tile)) {
                words[Field.SINK] = count;
            }
            put(append.touchesRecent(tile) ? addressOfRecentTile(table, tile) : 0);
        }
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
