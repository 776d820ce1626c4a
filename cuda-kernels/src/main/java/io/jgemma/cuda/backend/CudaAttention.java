package io.jgemma.cuda.backend;

import static io.jgemma.engine.backend.KvLayout.TILE_TOKENS;

import io.jgemma.cuda.kernels.Attention;
import io.jgemma.cuda.kernels.Kernels;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/** Attention and the storing of K and V: a launch for each sequence of a pass. */
final class CudaAttention {

    /** Tensors of {@link io.jgemma.engine.backend.Ops#attend}. */
    record Operands(Tensor y, Tensor q, Tensor k, Tensor v) {}

    private final Device device;
    private final Kernels kernels;
    private final KvTables tables;
    private long reads;
    private long quantizedReads;

    CudaAttention(Device device) {
        this.device = device;
        kernels = device.kernels();
        tables = new KvTables(device);
    }

    void attend(KvLayer layer, List<KvSpan> spans, Operands rows, float scale) {
        KvLayout layout = layer.layout();
        int heads = Math.toIntExact(rows.q.columns() / layout.keyDim());
        tables.begin(spans);
        for (int i = 0; i < spans.size(); i++) {
            KvSpan span = spans.get(i);
            if (span.rows() > 0) {
                int first = span.firstRow();
                Attention addresses =
                        new Attention(at(rows.y, first), at(rows.q, first), at(rows.k, first), at(rows.v, first));
                Attention.Shape shape = new Attention.Shape(span.rows(), heads, layout.keyDim(), layout.valueDim());
                long table = tables.toRead(layer, span);
                kernels.attend(addresses, new Attention.Place(table, layer.slot()), shape, scale, device.stream());
                count(layout, span, span.tables().get(layer.group()));
            }
        }
    }

    void store(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v) {
        tables.begin(spans);
        for (int i = 0; i < spans.size(); i++) {
            KvSpan span = spans.get(i);
            if (span.rows() > 0) {
                KvExtent extent =
                        KvExtent.of(layer.layout(), span, span.tables().get(layer.group()));
                long table = tables.toWrite(layer, span);
                Attention.Store store = new Attention.Store(
                        at(k, span.firstRow()),
                        at(v, span.firstRow()),
                        layer.layout().kvHeads());
                kernels.storeKv(
                        store,
                        new Attention.Place(table, layer.slot()),
                        extent.firstTile(),
                        extent.pageEnd() - extent.firstPage(),
                        device.stream());
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
        tables.close();
    }
}
