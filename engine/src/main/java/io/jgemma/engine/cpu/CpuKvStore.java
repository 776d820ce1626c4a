package io.jgemma.engine.cpu;

import static io.jgemma.engine.backend.KvLayout.PAGE_TOKENS;
import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.jgemma.engine.backend.KvAppend;
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
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes new tokens into pages and recent tiles, and quantizes the tiles that leave the tail. An item is one page of one
 * K/V head: its tiles share a mean, which the first of them gives.
 */
final class CpuKvStore implements RowPool.Job {

    private static final int PAGE_TILES = PAGE_TOKENS / TILE_TOKENS;

    private final CpuKernels kernels;
    private final Matrices[] matrices;
    private final Operand keys = new Operand();
    private final Operand values = new Operand();
    private KvLayer layer = CpuAttention.NONE;
    private KvSpan span = CpuAttention.NO_SPAN;
    private KvAppend append = CpuAttention.NO_APPEND;
    private @Nullable KvAppend[] appends = {};

    /** With each worker's scratch memory. */
    CpuKvStore(CpuKernels kernels, Scratch[] scratch) {
        this.kernels = kernels;
        matrices = new Matrices[scratch.length];
        for (int i = 0; i < matrices.length; i++) {
            matrices[i] = new Matrices(scratch[i]);
        }
    }

    /**
     * Sets what the next run stores: a span's share of {@link io.jgemma.engine.backend.Ops#storeKv}.
     *
     * @return number of items
     */
    int prepare(KvLayer kvLayer, KvSpan newTokens, Tensor k, Tensor v) {
        layer = kvLayer;
        span = newTokens;
        keys.set(k);
        values.set(v);
        append = append(layer, span);
        return (append.endPage() - append.firstPage()) * layer.layout().kvHeads();
    }

    /** The layers of a group ask one after the other for the same. */
    private KvAppend append(KvLayer kvLayer, KvSpan newTokens) {
        int group = kvLayer.group();
        if (group >= appends.length) {
            appends = Arrays.copyOf(appends, group + 1);
        }
        KvLayout layout = kvLayer.layout();
        int tail = layout.tiled() ? table().tailStart() : 0;
        KvAppend before = appends[group];
        if (before == null || !before.isOf(layout, tail, newTokens.position(), newTokens.rows())) {
            before = KvAppend.of(layout, tail, newTokens.position(), newTokens.rows());
            appends[group] = before;
        }
        return before;
    }

    private PageTable table() {
        return span.tables().get(layer.group());
    }

    @Override
    public void run(int from, int to, int worker) {
        int heads = layer.layout().kvHeads();
        for (int i = from; i < to; i++) {
            int page = append.firstPage() + i / heads;
            int endTile = Math.min((page + 1) * PAGE_TILES, append.endTile());
            for (int tile = Math.max(page * PAGE_TILES, append.firstTile()); tile < endTile; tile++) {
                store(layer.layout().keys(), tile, i % heads, matrices[worker]);
                store(layer.layout().values(), tile, i % heads, matrices[worker]);
            }
        }
    }

    private void store(KvSide side, int tile, int head, Matrices work) {
        int start = tile * TILE_TOKENS;
        int from = Math.max(start, span.position());
        int to = Math.min(start + TILE_TOKENS, append.end());
        if (!side.tiled()) {
            if (from < to) {
                MemorySegment page = HostBuffer.in(table().page(tile / PAGE_TILES));
                encode(
                        side,
                        head,
                        from,
                        to,
                        page,
                        layer.layout().plainOffset(side, layer.slot(), head, from % PAGE_TOKENS),
                        work.scratch);
            }
            return;
        }
        boolean leaves = append.leaves(tile);
        boolean waits = append.waits(tile);
        if (waits && from < to) {
            MemorySegment recent = HostBuffer.in(table().recentTile(tile));
            encode(
                    side,
                    head,
                    from,
                    to,
                    recent,
                    layer.layout().recentOffset(side, layer.slot(), head, from - start),
                    work.scratch);
        }
        if (leaves) {
            float[] rows = work.rows(TILE_TOKENS * side.dim());
            if (waits) {
                MemorySegment recent = HostBuffer.in(table().recentTile(tile));
                readHalves(
                        recent,
                        layer.layout().recentOffset(side, layer.slot(), head, 0),
                        rows,
                        TILE_TOKENS * side.dim());
            } else {
                roundRows(side, head, start, rows);
            }
            quantize(side, tile, head, work);
        }
    }

    /** Byte where the new K or V vector of a position begins. */
    private long newOffset(KvSide side, int head, int position) {
        Operand rows = newRows(side);
        return rows.row(span.firstRow() + position - span.position()) + 4L * head * side.dim();
    }

    private Operand newRows(KvSide side) {
        return side.centred() ? keys : values;
    }

    private void encode(KvSide side, int head, int from, int to, MemorySegment dst, long offset, Scratch scratch) {
        MemorySegment rows = newRows(side).segment();
        long vectorBytes = side.recentType().bytes(side.dim());
        for (int p = from; p < to; p++) {
            long at = offset + (p - from) * vectorBytes;
            kernels.encode(side.recentType(), rows, newOffset(side, head, p), dst, at, side.dim(), scratch);
        }
    }

    private static void readHalves(MemorySegment src, long offset, float[] dst, int count) {
        for (int i = 0; i < count; i++) {
            dst[i] = Float.float16ToFloat(src.get(JAVA_SHORT_UNALIGNED, offset + 2L * i));
        }
    }

    /** New tokens as they would be read from a recent tile. */
    private void roundRows(KvSide side, int head, int start, float[] dst) {
        MemorySegment rows = newRows(side).segment();
        for (int t = 0; t < TILE_TOKENS; t++) {
            long at = newOffset(side, head, start + t);
            for (int c = 0; c < side.dim(); c++) {
                short half = Float.floatToFloat16(rows.get(JAVA_FLOAT_UNALIGNED, at + 4L * c));
                dst[t * side.dim() + c] = Float.float16ToFloat(half);
            }
        }
    }

    private void quantize(KvSide side, int tile, int head, Matrices work) {
        KvLayout layout = layer.layout();
        MemorySegment page = HostBuffer.in(table().page(tile / PAGE_TILES));
        int inPage = tile % PAGE_TILES;
        if (!side.centred()) {
            long at = layout.valueTileOffset(layer.slot(), head, inPage);
            work.tile.set(side.type(), page, at, TILE_TOKENS, side.dim()).encode(work.rows);
            return;
        }
        long meanAt = layout.keysOffset(layer.slot(), head);
        if (inPage == 0) {
            writeMean(work.rows, side.dim(), page, meanAt);
        }
        float[] transposed = work.transposed(TILE_TOKENS * side.dim());
        for (int c = 0; c < side.dim(); c++) {
            float mean = Float.float16ToFloat(page.get(JAVA_SHORT_UNALIGNED, meanAt + 2L * c));
            for (int t = 0; t < TILE_TOKENS; t++) {
                transposed[c * TILE_TOKENS + t] = work.rows[t * side.dim() + c] - mean;
            }
        }
        long at = layout.keyTileOffset(layer.slot(), head, inPage);
        work.tile.set(side.type(), page, at, side.dim(), TILE_TOKENS).encode(transposed);
    }

    private static void writeMean(float[] rows, int dim, MemorySegment page, long offset) {
        for (int c = 0; c < dim; c++) {
            double sum = 0;
            for (int t = 0; t < TILE_TOKENS; t++) {
                sum += rows[t * dim + c];
            }
            page.set(JAVA_SHORT_UNALIGNED, offset + 2L * c, Float.floatToFloat16((float) (sum / TILE_TOKENS)));
        }
    }

    /** One worker's tile before it is quantized. */
    private static final class Matrices {
        private final KvTile tile = new KvTile();
        private final Scratch scratch;
        private float[] rows = {};
        private float[] transposed = {};

        Matrices(Scratch scratch) {
            this.scratch = scratch;
        }

        float[] rows(int count) {
            rows = rows.length < count ? new float[count] : rows;
            return rows;
        }

        float[] transposed(int count) {
            transposed = transposed.length < count ? new float[count] : transposed;
            return transposed;
        }
    }
}
