package io.jgemma.cuda.backend;

import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.cuda.kernels.Attention;
import io.jgemma.cuda.kernels.AttentionKernels;
import io.jgemma.cuda.kernels.DeviceRows;
import io.jgemma.cuda.kernels.Q16Rows;
import io.jgemma.engine.backend.KvAppend;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/** Attention and the storing of K and V: a launch for each sequence of a pass. */
final class CudaAttention {
    private static final int TILES_OF_PART = 4;
    private static final int PAGES_OF_STEP = 2;
    private static final int MOST_SPLITS = 64;

    /** Tensors of {@link io.jgemma.engine.backend.Ops#attend}. */
    record Operands(Tensor y, Tensor q, Tensor k, Tensor v) {}

    private final Device device;
    private final AttentionKernels kernels;
    private final Activations activations;
    private final Region scratch;
    private final KvTables tables;
    private long reads;
    private long quantizedReads;

    CudaAttention(Device device, Activations activations) {
        this.device = device;
        this.activations = activations;
        kernels = device.kernels().attention();
        scratch = new Region(device);
        tables = new KvTables(device);
    }

    void attend(KvLayer layer, List<KvSpan> spans, Operands rows, float scale) {
        KvLayout layout = layer.layout();
        int heads = Math.toIntExact(rows.q.columns() / layout.keyDim());
        tables.begin(spans);
        DeviceRows all =
                new DeviceRows(at(rows.y, 0), Math.toIntExact(rows.y.rows()), Math.toIntExact(rows.y.columns()));
        // One sequence's rows are all there is: what joins them quantizes them for the product that follows.
        boolean whole = spans.size() == 1 && spans.getFirst().rows() == all.rows();
        activations.written(all);
        for (int i = 0; i < spans.size(); i++) {
            KvSpan span = spans.get(i);
            if (span.rows() > 0) {
                int first = span.firstRow();
                Attention addresses =
                        new Attention(at(rows.y, first), at(rows.q, first), at(rows.k, first), at(rows.v, first));
                Attention.Shape shape =
                        new Attention.Shape(span.rows(), heads, layout.kvHeads(), layout.keyDim(), layout.valueDim());
                Attention.Place place = new Attention.Place(tables.toRead(layer, span), layer.slot());
                boolean few = span.rows() <= Q16Rows.MOST_FEW;
                if (!few && isHalf(layout) && AttentionKernels.canTile(shape, layout.tiled())) {
                    kernels.attendTiles(addresses, place, shape, scale);
                } else if (!few || !AttentionKernels.canSplit(shape)) {
                    kernels.attend(addresses, place, shape, scale);
                } else {
                    DeviceRows part = new DeviceRows(addresses.y(), span.rows(), all.columns());
                    Q16Rows quantized = activations.room(part);
                    int splits = splits(layout, span);
                    scratch.reserve(AttentionKernels.scratchBytes(shape, splits));
                    kernels.attendSplit(addresses, quantized, place, shape, scale, scratch.address(), splits);
                    if (whole) {
                        activations.hold(all, quantized);
                    }
                }
                count(layout, span, span.tables().get(layer.group()));
            }
        }
    }

    /** Whether all K and V are F16 or quantized from it. */
    private static boolean isHalf(KvLayout layout) {
        return layout.keys().recentType() == QuantTypes.F16 && layout.values().recentType() == QuantTypes.F16;
    }

    /** Parts of the context: a power of two, so that they stay the same for many tokens. */
    private static int splits(KvLayout layout, KvSpan span) {
        int tokens = span.position() + span.rows();
        int seen = layout.window() == 0 ? tokens : Math.min(tokens, layout.window() + span.rows());
        int wanted = Math.ceilDiv(seen, TILES_OF_PART * TILE_TOKENS);
        return Math.min(MOST_SPLITS, Integer.highestOneBit(2 * wanted - 1));
    }

    void store(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v) {
        tables.begin(spans);
        for (int i = 0; i < spans.size(); i++) {
            KvSpan span = spans.get(i);
            if (span.rows() > 0) {
                KvAppend append = KvAppend.of(layer.layout(), span.tables().get(layer.group()), span);
                long table = tables.toWrite(layer, span);
                Attention.Store store = new Attention.Store(
                        at(k, span.firstRow()),
                        at(v, span.firstRow()),
                        layer.layout().kvHeads());
                // A decode step's tail may leave in one page while its token comes to the next.
                int pages = Math.max(PAGES_OF_STEP, append.endPage() - append.firstPage());
                kernels.storeKv(store, new Attention.Place(table, layer.slot()), pages);
            }
        }
    }

    private long at(Tensor rows, int first) {
        return DeviceBuffer.address(device, rows) + first * rows.rowBytes();
    }

    private void count(KvLayout layout, KvSpan span, PageTable table) {
        int quantizedFrom = layout.sink() ? TILE_TOKENS : 0;
        int quantizedTo = layout.tiled() ? Math.min(table.tailStart(), span.position()) : 0;
        for (int i = 0; i < span.rows(); i++) {
            int from = span.visibleStart(i, layout.window());
            int to = span.visibleEnd(i);
            reads += (long) layout.kvHeads() * (to - from);
            int quantized = Math.min(to, quantizedTo) - Math.max(from, quantizedFrom);
            quantizedReads += (long) layout.kvHeads() * Math.max(0, quantized);
        }
    }

    /** Tokens whose K and V were used so far, once for each row, K/V head and layer. */
    KvReads reads() {
        return new KvReads(reads, quantizedReads);
    }

    /** Gives the memory back. */
    void close() {
        scratch.close();
    }
}
