package io.jgemma.engine.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvAppend;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Flash attention over pages. An item is a block of rows of one sequence times the query heads of one K/V head: it walks
 * the tiles its rows can see and keeps a running softmax. Where items are fewer than workers (one row, long context) an
 * item is cut along the context, and the parts, each with its own maximum and sum, are joined at the end (Dao et al.,
 * 2023, Flash-Decoding).
 *
 * <p>Tiles are counted through: first those of the cache up to the pass, the last of them perhaps not full, then the
 * pass's own rows in tiles of 32. {@link CpuKvReader} says where a tile's K and V
 * come from.
 */
final class CpuAttention implements RowPool.Job {

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

    static final KvLayer NONE = new KvLayer(KvLayout.of(1, 1, 1, 1, QuantTypes.F32, QuantTypes.F32, 0), 0, 0);

    static final KvAppend NO_APPEND = KvAppend.of(NONE.layout(), 0, 0, 0);

    private final CpuKernels kernels;
    private final Scratch[] scratch;
    private final CpuKvReader[] readers;
    private final AttentionItems items = new AttentionItems();
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
        layer = kvLayer;
        scale = factor;
        KvLayout layout = kvLayer.layout();
        group = q.columns() / layout.keyDim() / layout.kvHeads();
        items.cut(spans, layout, group, kernels.blockQueries(layout.tiled()), scratch.length);
        int queries = items.count() * items.blockRows() * group;
        outputs = partials.rows(Scratch.Use.OUTPUTS, queries, outputColumns(layout));
        states = partials.rows(Scratch.Use.STATE, queries, 2);
    }

    /** Columns of a sum of values, which are padded where nothing is quantized: the kernels take so many at a time. */
    private int outputColumns(KvLayout layout) {
        int step = layout.tiled() ? 1 : kernels.valueColumns();
        return Math.ceilDiv(layout.valueDim(), step) * step;
    }

    int itemCount() {
        return items.count();
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int i = from; i < to; i++) {
            attend(i, items.get(i), scratch[worker], readers[worker]);
        }
    }

    /** Where the partial results of an item begin, in rows. */
    private int partialRow(int index) {
        return index * items.blockRows() * group;
    }

    private void attend(int index, AttentionItems.Item item, Scratch s, CpuKvReader reader) {
        KvLayout layout = layer.layout();
        int queries = item.rows() * group;
        Operand query = s.rows(Scratch.Use.QUERIES, queries, layout.keyDim());
        gatherQueries(item, query, s);
        int first = partialRow(index);
        Operand out =
                s.view(2).set(outputs.segment(), outputs.row(first), outputs.rowBytes(), queries, outputs.columns());
        Operand state = s.view(3).set(states.segment(), states.row(first), states.rowBytes(), queries, 2);
        out.segment().asSlice(out.row(0), queries * out.rowBytes()).fill((byte) 0);
        for (int i = 0; i < queries; i++) {
            state.segment().set(JAVA_FLOAT_UNALIGNED, state.row(i), Float.NEGATIVE_INFINITY);
            state.segment().set(JAVA_FLOAT_UNALIGNED, state.row(i) + 4, 0);
        }
        reader.open(layer, item.span(), item.head(), query);
        int from = item.visibleStart(layout.window());
        int to = item.visibleEnd();
        for (int tile = item.fromTile(); tile < item.toTile(); ) {
            tile = reader.seek(tile, item.toTile(), from, to);
            reader.count(item.rows());
            Operand scores = reader.scores(keys);
            mask(item, reader.start(), scores);
            kernels.softmaxStep(scores, out, state, s);
            reader.accumulate(out, scores, values);
        }
        if (item.parts() == 1) {
            join(index, item, s);
        }
    }

    private void gatherQueries(AttentionItems.Item item, Operand query, Scratch s) {
        Operand from = s.view(0);
        Operand to = s.view(1);
        int dim = layer.layout().keyDim();
        for (int r = 0; r < item.rows(); r++) {
            long at = q.row(item.span().firstRow() + item.first() + r) + 4L * item.head() * group * dim;
            from.set(q.segment(), at, 4L * dim, group, dim);
            to.set(query.segment(), query.row(r * group), query.rowBytes(), group, dim);
            kernels.scale(to, from, scale, 0, group, s);
        }
    }

    /** Scores of tokens that a row does not see become minus infinity. */
    private void mask(AttentionItems.Item item, int start, Operand scores) {
        int tokens = scores.columns();
        for (int r = 0; r < item.rows(); r++) {
            int visibleFrom = Math.max(
                    0, item.span().visibleStart(item.first() + r, layer.layout().window()) - start);
            int visibleTo = Math.clamp(item.span().visibleEnd(item.first() + r) - start, 0, tokens);
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

    /** Joins the parts of the items that were cut along the context, and writes their rows of {@code y}. */
    void join() {
        for (int i = 0; i < items.count(); i += items.get(i).parts()) {
            if (items.get(i).parts() > 1) {
                join(i, items.get(i), scratch[0]);
            }
        }
    }

    private void join(int index, AttentionItems.Item item, Scratch s) {
        for (int query = 0; query < item.rows() * group; query++) {
            joinQuery(index, item, query, s);
        }
    }

    private void joinQuery(int index, AttentionItems.Item item, int query, Scratch s) {
        int dim = layer.layout().valueDim();
        float max = Float.NEGATIVE_INFINITY;
        for (int p = 0; p < item.parts(); p++) {
            max = Math.max(max, state(index + p, query, 0));
        }
        double sum = 0;
        for (int p = 0; p < item.parts(); p++) {
            sum += state(index + p, query, 1) * weight(index + p, query, max);
        }
        int row = item.span().firstRow() + item.first() + query / group;
        long to = y.row(row) + 4L * dim * (item.head() * group + query % group);
        Operand target = s.view(0).set(y.segment(), to, 4L * dim, 1, dim);
        Operand part = s.view(1);
        for (int p = 0; p < item.parts(); p++) {
            part.set(outputs.segment(), outputs.row(partialRow(index + p) + query), outputs.rowBytes(), 1, dim);
            float factor = (float) (weight(index + p, query, max) / sum);
            if (p == 0) {
                kernels.scale(target, part, factor, 0, 1, s);
            } else {
                kernels.scale(part, part, factor, 0, 1, s);
                kernels.add(target, part, 0, 1, s);
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
