package io.jgemma.engine.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Flash attention over pages. An item is a block of rows of one sequence times the query heads of one K/V head: it walks
 * the tiles its rows can see, decodes each tile of K and V once for all of them, and keeps a running soft-max. Where
 * items are fewer than workers (one row, long context) an item is cut along the context, and the parts, each with its
 * own maximum and sum, are joined at the end (Dao et al., 2023, Flash-Decoding).
 */
final class CpuAttention implements RowPool.Job {

    /** Query rows (rows times heads) that share a decoded tile. */
    private static final int BLOCK_QUERIES = 32;

    /** Tiles below which cutting the context is not worth the joining. */
    private static final int SPLIT_TILES = 8;

    private static final int TILE = KvLayout.TILE_TOKENS;

    /** Rows {@code first..first+rows} of a span with one K/V head, over tiles {@code fromTile..toTile}. */
    private record Item(KvSpan span, int head, int first, int rows, int fromTile, int toTile, int part, int parts) {}

    private static final KvLayer NONE = new KvLayer(new KvLayout(1, 1, 1, 1, QuantTypes.F32, QuantTypes.F32, 0), 0, 0);

    private final CpuKernels kernels;
    private final Scratch[] scratch;
    private final List<Item> items = new ArrayList<>();
    private final Operand y = new Operand();
    private final Operand q = new Operand();
    private final Scratch partials = new Scratch();
    private KvLayer layer = NONE;
    private float scale;
    private int group;
    private Operand outputs = new Operand();
    private Operand states = new Operand();

    CpuAttention(CpuKernels kernels, Scratch[] scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
    }

    /** Sets what the next run computes; operands as in {@link io.jgemma.engine.backend.Ops#attend}. */
    void prepare(Tensor out, KvLayer kvLayer, List<KvSpan> spans, Tensor query, float factor, int workers) {
        y.set(out);
        q.set(query);
        layer = kvLayer;
        scale = factor;
        KvLayout layout = kvLayer.layout();
        group = q.columns() / layout.keyDim() / layout.kvHeads();
        int blockRows = Math.max(1, BLOCK_QUERIES / group);
        int blocks = 0;
        for (KvSpan span : spans) {
            blocks += Math.ceilDiv(span.rows(), blockRows) * layout.kvHeads();
        }
        int wantedParts = blocks >= workers ? 1 : Math.ceilDiv(2 * workers, Math.max(1, blocks));
        items.clear();
        for (KvSpan span : spans) {
            addItems(span, blockRows, wantedParts);
        }
        int queries = items.size() * blockRows * group;
        outputs = partials.rows(Scratch.Use.OUTPUTS, queries, layout.valueDim());
        states = partials.rows(Scratch.Use.STATE, queries, 2);
    }

    private void addItems(KvSpan span, int blockRows, int wantedParts) {
        KvLayout layout = layer.layout();
        for (int first = 0; first < span.rows(); first += blockRows) {
            int rows = Math.min(blockRows, span.rows() - first);
            int from = span.visibleStart(first, layout.window()) / TILE;
            int end = 0;
            for (int i = first; i < first + rows; i++) {
                end = Math.max(end, span.visibleEnd(i));
            }
            int to = Math.ceilDiv(end, TILE);
            int parts = Math.clamp((to - from) / SPLIT_TILES, 1, wantedParts);
            for (int head = 0; head < layout.kvHeads(); head++) {
                for (int part = 0; part < parts; part++) {
                    int a = from + (to - from) * part / parts;
                    int b = from + (to - from) * (part + 1) / parts;
                    items.add(new Item(span, head, first, rows, a, b, part, parts));
                }
            }
        }
    }

    int itemCount() {
        return items.size();
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int i = from; i < to; i++) {
            attend(i, items.get(i), scratch[worker]);
        }
    }

    /** Where the partial results of an item begin, in rows. */
    private int partialRow(int index) {
        return index * (outputs.rows() / items.size());
    }

    private void attend(int index, Item item, Scratch s) {
        KvLayout layout = layer.layout();
        int queries = item.rows * group;
        Operand query = s.rows(Scratch.Use.QUERIES, queries, layout.keyDim());
        gatherQueries(item, query);
        Operand out = new Operand()
                .set(outputs.segment(), outputs.row(partialRow(index)), outputs.rowBytes(), queries, layout.valueDim());
        Operand state =
                new Operand().set(states.segment(), states.row(partialRow(index)), states.rowBytes(), queries, 2);
        out.segment().asSlice(out.row(0), queries * out.rowBytes()).fill((byte) 0);
        for (int i = 0; i < queries; i++) {
            state.segment().set(JAVA_FLOAT_UNALIGNED, state.row(i), Float.NEGATIVE_INFINITY);
            state.segment().set(JAVA_FLOAT_UNALIGNED, state.row(i) + 4, 0);
        }
        for (int tile = item.fromTile; tile < item.toTile; tile++) {
            attendTile(item, tile, query, out, state, s);
        }
    }

    private void gatherQueries(Item item, Operand query) {
        Operand from = new Operand();
        Operand to = new Operand();
        int dim = layer.layout().keyDim();
        for (int r = 0; r < item.rows; r++) {
            long at = q.row(item.span.firstRow() + item.first + r) + 4L * item.head * group * dim;
            from.set(q.segment(), at, 4L * dim, group, dim);
            to.set(query.segment(), query.row(r * group), query.rowBytes(), group, dim);
            kernels.scale(to, from, scale, 0, group);
        }
    }

    private void attendTile(Item item, int tile, Operand query, Operand out, Operand state, Scratch s) {
        KvLayout layout = layer.layout();
        int start = Math.max(tile * TILE, item.span.visibleStart(item.first, layout.window()));
        int end = Math.min((tile + 1) * TILE, item.span.position() + item.span.rows());
        int tokens = end - start;
        Buffer page = item.span.tables().get(layer.group()).page(start / KvLayout.PAGE_TOKENS);
        MemorySegment memory = HostBuffer.in(page);
        int inPage = start % KvLayout.PAGE_TOKENS;

        Operand keys = s.rows(Scratch.Use.KEYS, tokens, layout.keyDim());
        long keyAt = layout.keyOffset(layer.slot(), item.head, inPage);
        kernels.decode(layout.keyType(), memory, keyAt, keys.segment(), 0, tokens * layout.keyDim(), s);
        Operand scores = s.rows(Scratch.Use.SCORES, query.rows(), tokens);
        kernels.products(scores, query, keys, false);
        mask(item, start, scores);
        kernels.softmaxStep(scores, out, state);

        Operand values = s.rows(Scratch.Use.VALUES, tokens, layout.valueDim());
        long valueAt = layout.valueOffset(layer.slot(), item.head, inPage);
        kernels.decode(layout.valueType(), memory, valueAt, values.segment(), 0, tokens * layout.valueDim(), s);
        kernels.accumulate(out, scores, values);
    }

    /** Scores of tokens that a row does not see become minus infinity. */
    private void mask(Item item, int start, Operand scores) {
        int tokens = scores.columns();
        for (int r = 0; r < item.rows; r++) {
            int visibleFrom = Math.max(
                    0, item.span.visibleStart(item.first + r, layer.layout().window()) - start);
            int visibleTo = Math.clamp(item.span.visibleEnd(item.first + r) - start, 0, tokens);
            for (int g = 0; g < group && (visibleFrom > 0 || visibleTo < tokens); g++) {
                long row = scores.row(r * group + g);
                hide(scores.segment(), row, 0, Math.min(visibleFrom, tokens));
                hide(scores.segment(), row, visibleTo, tokens);
            }
        }
    }

    private static void hide(MemorySegment m, long row, int from, int to) {
        for (int t = from; t < to; t++) {
            m.set(JAVA_FLOAT_UNALIGNED, row + 4L * t, Float.NEGATIVE_INFINITY);
        }
    }

    /** Joins the parts of each item and writes {@code y}. */
    void join() {
        for (int i = 0; i < items.size(); i += items.get(i).parts) {
            Item item = items.get(i);
            for (int query = 0; query < item.rows * group; query++) {
                joinQuery(i, item, query);
            }
        }
    }

    private void joinQuery(int index, Item item, int query) {
        int dim = layer.layout().valueDim();
        float max = Float.NEGATIVE_INFINITY;
        for (int p = 0; p < item.parts; p++) {
            max = Math.max(max, state(index + p, query, 0));
        }
        double sum = 0;
        for (int p = 0; p < item.parts; p++) {
            sum += state(index + p, query, 1) * weight(index + p, query, max);
        }
        int row = item.span.firstRow() + item.first + query / group;
        long to = y.row(row) + 4L * dim * (item.head * group + query % group);
        Operand target = scratch[0].view(0).set(y.segment(), to, 4L * dim, 1, dim);
        Operand part = scratch[0].view(1);
        for (int p = 0; p < item.parts; p++) {
            part.set(outputs.segment(), outputs.row(partialRow(index + p) + query), outputs.rowBytes(), 1, dim);
            float factor = (float) (weight(index + p, query, max) / sum);
            if (p == 0) {
                kernels.scale(target, part, factor, 0, 1);
            } else {
                kernels.scale(part, part, factor, 0, 1);
                kernels.add(target, part, 0, 1);
            }
        }
    }

    private double weight(int index, int query, float max) {
        return Math.exp((double) state(index, query, 0) - max);
    }

    private float state(int index, int query, int field) {
        return states.segment().get(JAVA_FLOAT_UNALIGNED, states.row(partialRow(index) + query) + 4L * field);
    }

    void close() {
        partials.close();
    }
}
