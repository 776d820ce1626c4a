package io.jgemma.engine.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.backend.KvSide;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.OpChecks;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Splits rows over the pool, calls kernels: matrix products by {@link CpuProducts}, everything else along the activations' rows.
 */
final class CpuOps implements Ops, AutoCloseable {

    private static final int CHUNK_ELEMENTS = 8 * 1024;

    private final CpuKernels kernels;
    private final RowPool pool;
    private final Scratch[] scratch;
    private final CpuProducts products;
    private final CpuAttention attention;
    private final CpuKvStore kvStore;
    private final Greatest greatest = new Greatest();
    private final Operand a = new Operand();
    private final Operand b = new Operand();
    private final Operand c = new Operand();
    private final Scratch shared = new Scratch();
    private final GateJob gateJob = new GateJob();
    private final ActivateJob activateJob = new ActivateJob();
    private final LayerNormJob layerNormJob = new LayerNormJob();
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
        this.products = new CpuProducts(kernels, pool, scratch);
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
        products.matmul(y, w, x);
    }

    @Override
    public void projections(Tensor q, Tensor k, Tensor v, Tensor wq, Tensor wk, Tensor wv, Tensor x) {
        OpChecks.matmul(q, wq, x);
        OpChecks.matmul(k, wk, x);
        OpChecks.matmul(v, wv, x);
        if (!products.projections(q, k, v, wq, wk, wv, x)) {
            Ops.super.projections(q, k, v, wq, wk, wv, x);
        }
    }

    @Override
    public void gatedMatmul(Tensor y, Tensor upY, Tensor gate, Tensor up, Tensor x, Activation f) {
        OpChecks.gatedMatmul(y, upY, gate, up, x);
        if (!products.gated(y, upY, gate, up, x, f)) {
            Ops.super.gatedMatmul(y, upY, gate, up, x, f);
        }
    }

    /** Fills a buffer with weights in its layout. */
    void pack(Tensor to, MemorySegment gguf) {
        products.pack(to, gguf);
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
        norm(y, x, w, epsilon, false);
    }

    @Override
    public void addRmsNorm(Tensor x, Tensor h, Tensor w, float epsilon) {
        norm(x, h, w, epsilon, true);
    }

    private void norm(Tensor y, Tensor x, Tensor w, float epsilon, boolean adds) {
        OpChecks.rmsNorm(y, x, w);
        a.set(y);
        b.set(x);
        c.set(w);
        normJob.epsilon = epsilon;
        normJob.adds = adds;
        pool.run(a.rows(), rowsPerChunk(a), normJob);
    }

    private final class NormJob implements RowPool.Job {
        private float epsilon;
        private boolean adds;

        @Override
        public void run(int from, int to, int worker) {
            if (adds) {
                kernels.addRmsNorm(a, b, c, epsilon, from, to, scratch[worker]);
            } else {
                kernels.rmsNorm(a, b, c, epsilon, from, to, scratch[worker]);
            }
        }
    }

    @Override
    public void layerNorm(Tensor y, Tensor x, Tensor w, Tensor bias, float epsilon) {
        OpChecks.layerNorm(y, x, w, bias);
        a.set(y);
        b.set(x);
        c.set(w);
        layerNormJob.bias.set(bias);
        layerNormJob.epsilon = epsilon;
        pool.run(a.rows(), rowsPerChunk(a), layerNormJob);
    }

    /** Without its mean a row has the variance that RMSNorm takes for its mean square. */
    private final class LayerNormJob implements RowPool.Job {
        private final Operand bias = new Operand();
        private float epsilon;

        @Override
        public void run(int from, int to, int worker) {
            kernels.center(a, b, from, to, scratch[worker]);
            kernels.rmsNorm(a, a, c, epsilon, from, to, scratch[worker]);
            kernels.add(a, bias, from, to, scratch[worker]);
        }
    }

    @Override
    public void activate(Tensor x, Tensor bias, Activation f) {
        OpChecks.activate(x, bias);
        a.set(x);
        b.set(bias);
        activateJob.activation = f;
        pool.run(a.rows(), rowsPerChunk(a), activateJob);
    }

    private final class ActivateJob implements RowPool.Job {
        private Activation activation = Activation.SILU;

        @Override
        public void run(int from, int to, int worker) {
            kernels.activate(a, b, activation, from, to, scratch[worker]);
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
            greatest.find(b, a, i, kernels, shared);
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

    /** Rows of activations that are worth handing to another thread. */
    static int rowsPerChunk(Operand operand) {
        return Math.max(1, CHUNK_ELEMENTS / operand.columns());
    }

    /** See {@link io.jgemma.engine.backend.Backend#parallel}. */
    void parallel(int count, IntConsumer work) {
        pool.run(count, 1, (from, to, worker) -> {
            for (int i = from; i < to; i++) {
                work.accept(i);
            }
        });
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        for (Scratch s : scratch) {
            cleanup.add(s::close);
        }
        cleanup.add(shared::close);
        cleanup.add(attention::close);
        cleanup.add(products::close);
        cleanup.add(pool::close);
        cleanup.run();
    }
}
