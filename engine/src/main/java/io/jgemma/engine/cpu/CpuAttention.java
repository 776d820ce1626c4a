package io.jgemma.engine.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Flash attention over pages. An item is a block of rows of one sequence times the query heads of one K/V head: it walks
 * the tiles its rows can see and keeps a running soft-max. Where items are fewer than workers (one row, long context) an
 * item is cut along the context, and the parts, each with its own maximum and sum, are joined at the end (Dao et al.,
 * 2023, Flash-Decoding).
 *
 * <p>Tiles are counted through: first those of the cache up to the pass, the last of them perhaps not full, then the
 * pass's own rows in tiles of 32. {@link CpuKvReader} says where a tile's K and V
 * come from.
 */
final class CpuAttention implements RowPool.Job {

    /** Query rows (rows times heads) that share a decoded tile. */
    private static final int BLOCK_QUERIES = 32;

    /** Tiles below which cutting the context is not worth the joining. */
    private static final int SPLIT_TILES = 8;

    /** Rows {@code first..first+rows} of a span with one K/V head, over tiles {@code fromTile..toTile}. */
    private record Item(KvSpan span, int head, int first, int rows, int fromTile, int toTile, int part, int parts) {}

    static final PageTable NO_TABLE = new PageTable() {
        @Override
        public Buffer page(int index) {
            throw new IllegalStateException("no sequence is attended to");
        }

        @Override
        public int tailStart() {
            return 0;
        }

        @Override
        public Buffer recentTile(int index) {
            throw new IllegalStateException("no sequence is attended to");
        }
    };

    static final KvSpan NO_SPAN = KvSpan.causal(0, 0, 0, List.of());

    static final KvLayer NONE = new KvLayer(new KvLayout(1, 1, 1, 1, QuantTypes.F32, QuantTypes.F32, 0), 0, 0);

    private final CpuKernels kernels;
    private final Scratch[] scratch;
    private final CpuKvReader[] readers;
    private final List<Item> items = new ArrayList<>();
    private final Operand y = new Operand();
    private final Operand q = new Operand();
    private final Operand keys = new Operand();
    private final Operand values = new Operand();
    private final Scratch partials = new Scratch();
    private KvLayer layer = NONE;
    private float scale;
    private int group;
    private Operand outputs = new Operand();
    private Operand states = new Operand();

    CpuAttention(CpuKernels kernels, Scratch[] scratch) {
        this.kernels = kernels;
        this.scratch = scratch;
        readers = new CpuKvReader[scratch.length];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = new CpuKvReader(kernels, scratch[i]);
        }
    }

    /** Sets what the next run computes; operands as in {@link io.jgemma.engine.backend.Ops#attend}. */
    void prepare(Tensor out, KvLayer kvLayer, List<KvSpan> spans, Tensor query, Tensor k, Tensor v, float factor) {
        y.set(out);
        q.set(query);
        keys.set(k);
        values.set(v);
        int workers = scratch.length;
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
            int from = CpuKvReader.tileOf(span, span.visibleStart(first, layout.window()));
            int to = CpuKvReader.tileOf(span, visibleEnd(span, first, rows) - 1) + 1;
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

    private static int visibleEnd(KvSpan span, int first, int rows) {
        int end = 0;
        for (int i = first; i < first + rows; i++) {
            end = Math.max(end, span.visibleEnd(i));
        }
        return end;
    }

    int itemCount() {
        return items.size();
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int i = from; i < to; i++) {
            attend(i, items.get(i), scratch[worker], readers[worker]);
        }
    }

    /** Where the partial results of an item begin, in rows. */
    private int partialRow(int index) {
        return index * (outputs.rows() / items.size());
    }

    private void attend(int index, Item item, Scratch s, CpuKvReader reader) {
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
        reader.open(layer, item.span, item.head, query);
        int from = item.span.visibleStart(item.first, layout.window());
        int to = visibleEnd(item.span, item.first, item.rows);
        for (int tile = item.fromTile; tile < item.toTile; tile++) {
            reader.seek(tile, from, to);
            reader.count(item.rows);
            Operand scores = reader.scores(keys);
            mask(item, reader.start(), scores);
            kernels.softmaxStep(scores, out, state);
            reader.accumulate(out, scores, values);
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

    /** Tokens whose K and V were used so far, once for each row, K/V head and layer. */
    KvReads reads() {
        long reads = 0;
        long quantized = 0;
        for (CpuKvReader reader : readers) {
            reads += reader.reads();
            quantized += reader.quantizedReads();
        }
        return new KvReads(reads, quantized);
    }

    void close() {
        partials.close();
    }
}
