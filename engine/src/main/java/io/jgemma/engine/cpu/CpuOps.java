package io.jgemma.engine.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSide;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.OpChecks;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * Splits rows over the pool, calls kernels. Matrix products are split along the weights' rows, so that each
 * weight is read once; everything else along the activations' rows.
 */
final class CpuOps implements Ops, AutoCloseable {

    /** Bytes of weights below which a chunk is not worth handing to another thread: a few microseconds of reading. */
    private static final long CHUNK_BYTES = 32 * 1024;

    /** Rows of weights that kernels like to multiply together, from so many rows of activations on. */
    private static final int PANEL_ROWS = 32;

    private static final int PANEL_TOKENS = 6;

    private static final int CHUNK_ELEMENTS = 8 * 1024;

    private final CpuKernels kernels;
    private final RowPool pool;
    private final Scratch[] scratch;
    private final CpuAttention attention;
    private final CpuKvStore kvStore;
    private final Greatest greatest = new Greatest();
    private final Operand a = new Operand();
    private final Operand b = new Operand();
    private final Operand c = new Operand();
    private final Scratch shared = new Scratch();
    private Operand prepared = c;
    private final RowPool.Job matmulJob = this::matmulRows;
    private final RowPool.Job prepareJob = this::prepareRows;
    private final GateJob gateJob = new GateJob();
    private final GatedJob gatedJob = new GatedJob();
    private final NormJob normJob = new NormJob();
    private final RowPool.Job addJob = this::addRows;
    private final RoundJob roundJob = new RoundJob();

    CpuOps(CpuKernels kernels, int threads) {
        this.kernels = kernels;
        this.pool = new RowPool(threads);
        this.scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch();
        }
        this.attention = new CpuAttention(kernels, scratch);
        this.kvStore = new CpuKvStore(kernels, scratch);
    }

    @Override
    public void embed(Tensor y, Tensor table, int[] ids, float scale) {
        OpChecks.embed(y, table, ids);
        a.set(y);
        b.set(table);
        WeightLayout layout = b.layout();
        for (int r = 0; r < y.rows(); r++) {
            MemorySegment from = layout == null ? b.segment() : unpacked(layout, ids[r]);
            long at = layout == null ? b.row(ids[r]) : 0;
            kernels.decode(table.type(), from, at, a.segment(), a.row(r), b.columns(), scratch[0]);
        }
        if (scale != 1) {
            kernels.scale(a, a, scale, 0, a.rows(), scratch[0]);
        }
    }

    /** A row of {@code b} as it was in the file. */
    private MemorySegment unpacked(WeightLayout layout, int id) {
        int floats = (int) Math.ceilDiv(b.rowBytes(), Float.BYTES);
        MemorySegment row = shared.rows(Scratch.Use.ROW, 1, floats).segment();
        layout.unpack(b.segment(), b.columns(), id, row);
        return row;
    }

    @Override
    public void matmul(Tensor y, Tensor w, Tensor x) {
        OpChecks.matmul(y, w, x);
        a.set(y);
        b.set(w);
        prepareActivations(x);
        if (x.rows() >= PANEL_TOKENS) {
            pool.runChunks(b.rows(), PANEL_ROWS, matmulJob);
        } else {
            fewRows(b.rowBytes(), matmulJob);
        }
    }

    /** Shares out the rows of {@code b}, of each of which a job reads so many bytes. */
    private void fewRows(long bytesPerRow, RowPool.Job job) {
        WeightLayout layout = b.layout();
        int step = layout == null ? 1 : layout.groupRows();
        int least = (int) Math.max(1, CHUNK_BYTES / bytesPerRow);
        pool.run(b.rows(), Math.ceilDiv(least, step) * step, step, job);
    }

    /** With few rows of activations, whoever computed some columns of both products gates them, while they are near. */
    @Override
    public void gatedMatmul(Tensor y, Tensor upY, Tensor gate, Tensor up, Tensor x, Activation f) {
        OpChecks.gatedMatmul(y, upY, gate, up, x);
        a.set(y);
        b.set(gate);
        gatedJob.upY.set(upY);
        gatedJob.up.set(up);
        boolean alike = b.type() == gatedJob.up.type() && b.layout() == gatedJob.up.layout();
        if (!alike || x.rows() == 0 || x.rows() >= PANEL_TOKENS) {
            Ops.super.gatedMatmul(y, upY, gate, up, x, f);
            return;
        }
        prepareActivations(x);
        gatedJob.activation = f;
        fewRows(2 * b.rowBytes(), gatedJob);
    }

    private final class GatedJob implements RowPool.Job {
        private final Operand up = new Operand();
        private final Operand upY = new Operand();
        private Activation activation = Activation.SILU;

        @Override
        public void run(int from, int to, int worker) {
            Scratch own = scratch[worker];
            kernels.matmul(a, b, prepared, from, to, own);
            kernels.matmul(upY, up, prepared, from, to, own);
            Operand gates = columns(a, from, to, own.view(2));
            kernels.gate(gates, gates, columns(upY, from, to, own.view(3)), activation, 0, a.rows(), own);
        }

        private static Operand columns(Operand of, int from, int to, Operand view) {
            long offset = of.row(0) + (long) Float.BYTES * from;
            return view.set(of.segment(), offset, of.rowBytes(), of.rows(), to - from);
        }
    }

    /** Fills a buffer with weights in its layout. */
    void pack(Tensor to, MemorySegment gguf) {
        a.set(to);
        b.set(to.type(), gguf, 0, to.rowBytes(), a.rows(), a.columns());
        WeightLayout layout = Objects.requireNonNull(a.layout());
        int step = layout.groupRows();
        pool.run(a.rows(), step, step, (from, end, worker) -> layout.pack(b, a.segment(), from, end, scratch[worker]));
    }

    private void prepareActivations(Tensor x) {
        prepared = kernels.prepared(b, c.set(x), shared);
        if (prepared != c) {
            pool.run(c.rows(), rowsPerChunk(c), prepareJob);
        }
    }

    private void prepareRows(int from, int to, int worker) {
        kernels.prepare(b, c, prepared, from, to, scratch[worker]);
    }

    private void matmulRows(int from, int to, int worker) {
        kernels.matmul(a, b, prepared, from, to, scratch[worker]);
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        OpChecks.addBias(x, bias);
        a.set(x);
        b.set(bias);
        pool.run(a.rows(), rowsPerChunk(a), addJob);
    }

    @Override
    public void add(Tensor x, Tensor h) {
        OpChecks.add(x, h);
        a.set(x);
        b.set(h);
        pool.run(a.rows(), rowsPerChunk(a), addJob);
    }

    private void addRows(int from, int to, int worker) {
        kernels.add(a, b, from, to, scratch[worker]);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Tensor w, float epsilon) {
        OpChecks.rmsNorm(y, x, w);
        a.set(y);
        b.set(x);
        c.set(w);
        normJob.epsilon = epsilon;
        pool.run(a.rows(), rowsPerChunk(a), normJob);
    }

    private final class NormJob implements RowPool.Job {
        private float epsilon;

        @Override
        public void run(int from, int to, int worker) {
            kernels.rmsNorm(a, b, c, epsilon, from, to, scratch[worker]);
        }
    }

    @Override
    public void ropeTable(Tensor table, RopeSpec rope, int[] positions) {
        OpChecks.ropeTable(table, rope, positions);
        a.set(table);
        double[] frequencies = rope.inverseFrequencies();
        for (int r = 0; r < a.rows(); r++) {
            for (int i = 0; i < frequencies.length; i++) {
                double angle = positions[r] * frequencies[i];
                long at = a.row(r) + 8L * i;
                a.segment().set(JAVA_FLOAT_UNALIGNED, at, (float) (rope.magnitude() * Math.cos(angle)));
                a.segment().set(JAVA_FLOAT_UNALIGNED, at + 4, (float) (rope.magnitude() * Math.sin(angle)));
            }
        }
    }

    @Override
    public void rope(Tensor x, Tensor table, int headDim, RopeSpec.Style style) {
        OpChecks.rope(x, table, headDim);
        a.set(x);
        b.set(table);
        kernels.rope(a, b, headDim, style, 0, a.rows(), scratch[0]);
    }

    @Override
    public void gate(Tensor y, Tensor gate, Tensor up, Activation f) {
        OpChecks.gate(y, gate, up);
        a.set(y);
        b.set(gate);
        c.set(up);
        gateJob.activation = f;
        pool.run(a.rows(), rowsPerChunk(a), gateJob);
    }

    private final class GateJob implements RowPool.Job {
        private Activation activation = Activation.SILU;

        @Override
        public void run(int from, int to, int worker) {
            kernels.gate(a, b, c, activation, from, to, scratch[worker]);
        }
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        OpChecks.gatherRows(y, x, rows);
        a.set(y);
        b.set(x);
        for (int i = 0; i < a.rows(); i++) {
            MemorySegment.copy(b.segment(), b.row(rows[i]), a.segment(), a.row(i), a.rowBytes());
        }
    }

    @Override
    public void greatest(Tensor y, Tensor x) {
        OpChecks.greatest(y, x);
        a.set(y);
        b.set(x);
        for (int i = 0; i < a.rows(); i++) {
            greatest.find(b.segment(), b.row(i), b.columns(), a.segment(), a.row(i), a.columns() / 2);
        }
    }

    @Override
    public void attend(Tensor y, KvLayer layer, List<KvSpan> spans, Tensor q, Tensor k, Tensor v, float scale) {
        KvLayout layout = layer.layout();
        OpChecks.attend(layout, spans, y, q, k, v);
        round(layout.keys(), k);
        round(layout.values(), v);
        attention.prepare(y, layer, spans, q, k, v, scale);
        pool.run(attention.itemCount(), 1, attention);
        attention.join();
    }

    private void round(KvSide side, Tensor rows) {
        if (side.recentType() != rows.type()) {
            a.set(rows);
            roundJob.type = side.recentType();
            pool.run(a.rows(), rowsPerChunk(a), roundJob);
        }
    }

    private final class RoundJob implements RowPool.Job {
        private QuantType type = QuantTypes.F16;

        @Override
        public void run(int from, int to, int worker) {
            kernels.round(type, a, from, to, scratch[worker]);
        }
    }

    @Override
    public void storeKv(KvLayer layer, List<KvSpan> spans, Tensor k, Tensor v) {
        OpChecks.storeKv(layer.layout(), spans, k, v);
        for (KvSpan span : spans) {
            pool.run(kvStore.prepare(layer, span, k, v), 1, kvStore);
        }
    }

    /** What attention has read. */
    KvReads kvReads() {
        return attention.reads();
    }

    private static int rowsPerChunk(Operand operand) {
        return Math.max(1, CHUNK_ELEMENTS / operand.columns());
    }

    @Override
    public void close() {
        pool.close();
        attention.close();
        shared.close();
        for (Scratch s : scratch) {
            s.close();
        }
    }
}
