package io.jgemma.engine.cpu;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSide;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;

/**
 * One worker's way to the K and V of a tile, wherever they lie: in a plain page, in a quantized tile, in a recent tile, or
 * among the rows of the pass. The tiles that rows of a span see are counted through: those of the cache, the last of them
 * perhaps not full, then the pass's own rows, 32 at a time.
 */
final class CpuKvReader {

    private enum Place {
        PAGE,
        RECENT_TILE,
        QUANTIZED_TILE,
        PASS
    }

    private final CpuKernels kernels;
    private final Scratch scratch;
    private final Operand view = new Operand();
    private final KvTile tile = new KvTile();
    private KvLayer layer = CpuAttention.NONE;
    private KvSpan span = CpuAttention.NO_SPAN;
    private PageTable table = CpuAttention.NO_TABLE;
    private int head;
    private Operand query = view;
    private int index;
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
     * Turns to a tile.
     *
     * @param from no row sees tokens before this position
     * @param to no row sees this position or those behind
     */
    void seek(int tileIndex, int from, int to) {
        index = tileIndex;
        KvLayout layout = layer.layout();
        int beyond = tileIndex - cachedTiles(span);
        int first = beyond < 0 ? tileIndex * TILE_TOKENS : span.position() + beyond * TILE_TOKENS;
        int end = Math.min(first + TILE_TOKENS, beyond < 0 ? span.position() : to);
        boolean exact = first >= table.tailStart() || (first == 0 && layout.sink());
        if (beyond >= 0) {
            place = Place.PASS;
        } else if (!layout.tiled()) {
            place = Place.PAGE;
        } else {
            place = exact ? Place.RECENT_TILE : Place.QUANTIZED_TILE;
        }
        // A quantized tile is used whole: the weights of what is not seen are 0.
        start = place == Place.QUANTIZED_TILE ? first : Math.max(first, from);
        tokens = end - start;
    }

    /** First position of the tile that is in the scores. */
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
            beginWithMean(scores, page, side);
            long at = layer.layout().keyTileOffset(layer.slot(), head, tileInPage());
            kernels.accumulate(scores, query, tile.set(side.type(), page, at, side.dim(), TILE_TOKENS), scratch);
        } else {
            kernels.products(scores, query, vectors(side, passKeys, Scratch.Use.KEYS), false);
        }
        return scores;
    }

    /** {@code out += weights V}. */
    void accumulate(Operand out, Operand weights, Operand passValues) {
        KvSide side = layer.layout().values();
        if (place == Place.QUANTIZED_TILE && side.tiled()) {
            MemorySegment page = HostBuffer.in(table.page(start / PAGE_TOKENS));
            long at = layer.layout().valueTileOffset(layer.slot(), head, tileInPage());
            kernels.accumulate(out, weights, tile.set(side.type(), page, at, TILE_TOKENS, side.dim()), scratch);
        } else {
            kernels.accumulate(out, weights, vectors(side, passValues, Scratch.Use.VALUES));
        }
    }

    private int tileInPage() {
        return index % (PAGE_TOKENS / TILE_TOKENS);
    }

    /** The tile's vectors as F32 [tokens, dim]. */
    private Operand vectors(KvSide side, Operand passRows, Scratch.Use use) {
        int dim = side.dim();
        if (place == Place.PASS) {
            long at = passRows.row(span.firstRow() + start - span.position()) + 4L * head * dim;
            return view.set(passRows.segment(), at, passRows.rowBytes(), tokens, dim);
        }
        Operand decoded = scratch.rows(use, tokens, dim);
        QuantType type = side.recentType();
        if (place == Place.RECENT_TILE && side.tiled()) {
            MemorySegment recent = HostBuffer.in(table.recentTile(index));
            kernels.decode(
                    type,
                    recent,
                    layer.layout().recentOffset(side, layer.slot(), head, start % TILE_TOKENS),
                    decoded.segment(),
                    0,
                    tokens * dim,
                    scratch);
        } else {
            MemorySegment page = HostBuffer.in(table.page(start / PAGE_TOKENS));
            kernels.decode(
                    type,
                    page,
                    layer.layout().plainOffset(side, layer.slot(), head, start % PAGE_TOKENS),
                    decoded.segment(),
                    0,
                    tokens * dim,
                    scratch);
        }
        return decoded;
    }

    /** Scores begin with {@code q . mean}, which all tokens of a page share. */
    private void beginWithMean(Operand scores, MemorySegment page, KvSide side) {
        if (meanPage != start / PAGE_TOKENS) {
            meanPage = start / PAGE_TOKENS;
            Operand mean = scratch.rows(Scratch.Use.MEAN, 1, side.dim());
            long at = layer.layout().keysOffset(layer.slot(), head);
            kernels.decode(side.recentType(), page, at, mean.segment(), 0, side.dim(), scratch);
            meanScores = scratch.rows(Scratch.Use.MEAN_SCORES, query.rows(), 1);
            kernels.products(meanScores, query, mean, false);
        }
        for (int i = 0; i < query.rows(); i++) {
            float meanScore = meanScores.segment().get(JAVA_FLOAT_UNALIGNED, meanScores.row(i));
            for (int t = 0; t < tokens; t++) {
                scores.segment().set(JAVA_FLOAT_UNALIGNED, scores.row(i) + 4L * t, meanScore);
            }
        }
    }
}
