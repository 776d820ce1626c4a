package io.jgemma.engine.cpu;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSide;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.HostBuffer;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;

/**
 * One worker's way to the K and V of a tile, wherever they lie: in a plain page, in a quantized tile, in a recent tile, or
 * among the rows of the pass. The tiles that rows of a span see are counted through: those of the cache, the last of them
 * perhaps not full, then the pass's own rows, 32 at a time.
 */
final class CpuKvReader {

    private static final int PAGE_TILES = PAGE_TOKENS / TILE_TOKENS;

    private enum Place {
        PAGE,
        RECENT_TILE,
        QUANTIZED_TILE,
        PASS
    }

    private final CpuKernels kernels;
    private final Scratch scratch;
    private final Operand view = new Operand();
    private final KvTile keyTile = new KvTile();
    private final KvTile valueTile = new KvTile();
    private KvLayer layer = CpuAttention.NONE;
    private KvSpan span = CpuAttention.NO_SPAN;
    private PageTable table = CpuAttention.NO_TABLE;
    private int head;
    private Operand query = view;
    private int index;
    private int tiles;
    private Place place = Place.PAGE;
    private int start;
    private int tokens;
    private int meanPage;
    private Operand meanScores = view;
    private long quantizedReads;
    private long reads;

    CpuKvReader(CpuKernels kernels, Scratch scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
    }

    /** Tiles of the cache that a span's rows may see. */
    static int cachedTiles(KvSpan span) {
        return Math.ceilDiv(span.position(), TILE_TOKENS);
    }

    /** The tile that a position lies in. */
    static int tileOf(KvSpan span, int position) {
        int beyond = position - span.position();
        return beyond < 0 ? position / TILE_TOKENS : cachedTiles(span) + beyond / TILE_TOKENS;
    }

    /**
     * Turns to a K/V head of a sequence.
     *
     * @param queries F32 [queries, keyDim], scaled
     */
    void open(KvLayer kvLayer, KvSpan rows, int kvHead, Operand queries) {
        layer = kvLayer;
        span = rows;
        table = rows.tables().get(kvLayer.group());
        head = kvHead;
        query = queries;
        meanPage = -1;
    }

    /**
     * Turns to a tile and to those behind that lie beside it, as many as the kernels want at a time.
     *
     * @param endTile turn to none from this on
     * @param from no row sees tokens before this position
     * @param to no row sees this position or those behind
     * @return the tile behind them
     */
    int seek(int tileIndex, int endTile, int from, int to) {
        index = tileIndex;
        place = place(tileIndex);
        int most = Math.min(kernels.runTiles(), endTile - tileIndex);
        tiles = 1;
        while (tiles < most && follows(tileIndex + tiles)) {
            tiles++;
        }
        int beyond = tileIndex - cachedTiles(span);
        int first = beyond < 0 ? tileIndex * TILE_TOKENS : span.position() + beyond * TILE_TOKENS;
        int end = Math.min(first + tiles * TILE_TOKENS, beyond < 0 ? span.position() : to);
        // A quantized tile is used whole: the weights of what is not seen are 0.
        start = place == Place.QUANTIZED_TILE ? first : Math.max(first, from);
        tokens = end - start;
        return tileIndex + tiles;
    }

    private Place place(int tileIndex) {
        KvLayout layout = layer.layout();
        if (tileIndex >= cachedTiles(span)) {
            return Place.PASS;
        }
        if (!layout.tiled()) {
            return Place.PAGE;
        }
        return layout.recent(tileIndex, table.tailStart()) ? Place.RECENT_TILE : Place.QUANTIZED_TILE;
    }

    /** Whether a tile lies in memory where the one before it, of the current run, ends. */
    private boolean follows(int tileIndex) {
        boolean samePage = tileIndex % PAGE_TILES != 0;
        return switch (place) {
            case PASS -> true;
            case RECENT_TILE -> false;
            case PAGE, QUANTIZED_TILE -> samePage && place(tileIndex) == place;
        };
    }

    /** First position of the tiles that is in the scores. */
    int start() {
        return start;
    }

    /** Counts what was read for {@code rows} rows. */
    void count(int rows) {
        reads += (long) rows * tokens;
        quantizedReads += place == Place.QUANTIZED_TILE ? (long) rows * tokens : 0;
    }

    /** Tokens whose K and V were used, once for each row and head. */
    long reads() {
        return reads;
    }

    /** How many of {@link #reads} were of quantized tiles. */
    long quantizedReads() {
        return quantizedReads;
    }

    /** Scores of all queries with the tile's keys: F32 [queries, tokens]. */
    Operand scores(Operand passKeys) {
        KvSide side = layer.layout().keys();
        Operand scores = scratch.rows(Scratch.Use.SCORES, query.rows(), tokens);
        if (place == Place.QUANTIZED_TILE && side.tiled()) {
            MemorySegment page = HostBuffer.in(table.page(start / PAGE_TOKENS));
            long at = layer.layout().keyTileOffset(layer.slot(), head, tileInPage());
            keyTile.set(side.type(), page, at, side.dim(), TILE_TOKENS, tiles);
            if (layer.layout().values().tiled()) {
                keyTile.next(page, layer.layout().valueTileOffset(layer.slot(), head, tileInPage()));
            }
            kernels.scores(scores, query, meanScores(page, side), keyTile, scratch);
        } else {
            kernels.products(scores, query, vectors(side, passKeys, Scratch.Use.KEYS), scratch);
        }
        return scores;
    }

    /** {@code out += weights V}. */
    void accumulate(Operand out, Operand weights, Operand passValues) {
        KvSide side = layer.layout().values();
        if (place == Place.QUANTIZED_TILE && side.tiled()) {
            MemorySegment page = HostBuffer.in(table.page(start / PAGE_TOKENS));
            long at = layer.layout().valueTileOffset(layer.slot(), head, tileInPage());
            valueTile.set(side.type(), page, at, TILE_TOKENS, side.dim(), tiles);
            askForNextPage();
            kernels.accumulate(out, weights, valueTile, scratch);
        } else {
            Operand v = vectors(side, passValues, Scratch.Use.VALUES);
            kernels.accumulate(out, weights, v.columns() == out.columns() ? v : padded(v, out.columns()), scratch);
        }
    }

    /** Vectors of F32 with zeros behind them. */
    private Operand padded(Operand v, int columns) {
        Operand wide = scratch.rows(Scratch.Use.PADDED_VALUES, v.rows(), columns);
        long bytes = (long) Float.BYTES * v.columns();
        for (int i = 0; i < v.rows(); i++) {
            MemorySegment.copy(v.segment(), v.row(i), wide.segment(), wide.row(i), bytes);
            wide.segment().asSlice(wide.row(i) + bytes, wide.rowBytes() - bytes).fill((byte) 0);
        }
        return wide;
    }

    /** Tells the kernel that reads V of a page where K of the next one lies. */
    private void askForNextPage() {
        int next = index - tileInPage() + PAGE_TILES;
        boolean tiled = layer.layout().keys().tiled();
        if (tiled && next < cachedTiles(span) && place(next) == Place.QUANTIZED_TILE) {
            MemorySegment page = HostBuffer.in(table.page(next / PAGE_TILES));
            valueTile.next(page, layer.layout().keyTileOffset(layer.slot(), head, 0));
        }
    }

    private int tileInPage() {
        return index % PAGE_TILES;
    }

    /** The vectors of the tiles [tokens, dim], as F32 where the kernels do not read them as they lie. */
    private Operand vectors(KvSide side, Operand passRows, Scratch.Use use) {
        if (place == Place.PASS) {
            int dim = side.dim();
            long at = passRows.row(span.firstRow() + start - span.position()) + 4L * head * dim;
            return view.set(passRows.segment(), at, passRows.rowBytes(), tokens, dim);
        }
        KvLayout layout = layer.layout();
        boolean recent = place == Place.RECENT_TILE && side.tiled();
        MemorySegment memory = HostBuffer.in(recent ? table.recentTile(index) : table.page(start / PAGE_TOKENS));
        long at = recent
                ? layout.recentOffset(side, layer.slot(), head, start % TILE_TOKENS)
                : layout.plainOffset(side, layer.slot(), head, start % PAGE_TOKENS);
        return stored(side, memory, at, tokens, use);
    }

    /** Vectors that are stored plainly one after the other, as F32 where the kernels do not read them as they lie. */
    private Operand stored(KvSide side, MemorySegment memory, long at, int count, Scratch.Use use) {
        int dim = side.dim();
        QuantType type = side.recentType();
        if (kernels.reads(type, dim)) {
            return view.set(type, memory, at, type.bytes(dim), count, dim);
        }
        Operand decoded = scratch.rows(use, count, dim);
        kernels.decode(type, memory, at, decoded.segment(), 0, count * dim, scratch);
        return decoded;
    }

    /** {@code q . mean} [queries, 1], which the scores of all tokens of a page have in common. */
    private Operand meanScores(MemorySegment page, KvSide side) {
        if (meanPage != start / PAGE_TOKENS) {
            meanPage = start / PAGE_TOKENS;
            long at = layer.layout().keysOffset(layer.slot(), head);
            Operand mean = stored(side, page, at, 1, Scratch.Use.MEAN);
            meanScores = scratch.rows(Scratch.Use.MEAN_SCORES, query.rows(), 1);
            kernels.products(meanScores, query, mean, scratch);
        }
        return meanScores;
    }
}
