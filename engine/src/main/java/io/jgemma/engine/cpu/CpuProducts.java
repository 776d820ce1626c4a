package io.jgemma.engine.cpu;

import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * Matrix products, split over the pool along the weights' rows, so that each weight is read once. Activations are prepared (rounded) once for all products
 * that share them. Operands are checked before.
 */
final class CpuProducts implements AutoCloseable {

    /** Bytes of weights below which a chunk is not worth handing to another thread: a few microseconds of reading. */
    private static final long CHUNK_BYTES = 32 * 1024;

    /** Rows of weights that kernels like to multiply together, from so many rows of activations on. */
    private static final int PANEL_ROWS = 32;

    private static final int PANEL_TOKENS = 6;

    private final CpuKernels kernels;
    private final RowPool pool;
    private final Scratch[] scratch;
    private final Scratch shared = new Scratch();
    private final Operand y = new Operand();
    private final Operand w = new Operand();
    private final Operand x = new Operand();
    private Operand shareable = x;
    /** Of each worker, the activations of the product whose number is beside it. */
    private final Operand[] own;

    private final long[] ownProduct;
    private long product;
    private final RowPool.Job matmulJob = this::multiplyRows;
    private final RowPool.Job prepareJob = this::prepareRows;
    private final GatedJob gatedJob = new GatedJob();
    private final ProjectionJob projectionJob = new ProjectionJob();

    CpuProducts(CpuKernels kernels, RowPool pool, Scratch[] scratch) {
        this.kernels = kernels;
        this.pool = pool;
        this.scratch = scratch;
        own = new Operand[scratch.length];
        Arrays.fill(own, x);
        ownProduct = new long[scratch.length];
    }

    /** See {@link io.jgemma.engine.backend.Ops#matmul}. */
    void matmul(Tensor to, Tensor weights, Tensor activations) {
        y.set(to);
        w.set(weights);
        prepare(activations);
        share(w.rows(), matmulJob, w.rowBytes());
    }

    private void multiplyRows(int from, int to, int worker) {
        kernels.matmul(y, w, prepared(worker), from, to, scratch[worker]);
    }

    /**
     * Rounds many rows of activations as kernels want them that multiply {@code w}; few rows each worker rounds for itself when it
     * begins ({@link #prepared}): that takes microseconds, in which the others would wait, and longer where lines that they
     * read last must be taken back from them.
     */
    private void prepare(Tensor activations) {
        x.set(activations);
        product++;
        if (x.rows() >= PANEL_TOKENS) {
            shareable = kernels.prepared(w, x, shared);
            if (shareable != x) {
                pool.run(x.rows(), CpuOps.rowsPerChunk(x), prepareJob);
            }
        }
    }

    private void prepareRows(int from, int to, int worker) {
        kernels.prepare(w, x, shareable, from, to, scratch[worker]);
    }

    /** The product's activations for a worker. */
    private Operand prepared(int worker) {
        if (x.rows() >= PANEL_TOKENS) {
            return shareable;
        }
        if (ownProduct[worker] != product) {
            Operand made = kernels.prepared(w, x, scratch[worker]);
            if (made != x) {
                kernels.prepare(w, x, made, 0, x.rows(), scratch[worker]);
            }
            own[worker] = made;
            ownProduct[worker] = product;
        }
        return own[worker];
    }

    /** Shares out rows of weights as {@code w} has them, of each of which a job reads so many bytes. */
    private void share(int rows, RowPool.Job job, long bytesPerRow) {
        if (x.rows() >= PANEL_TOKENS) {
            // In long runs: columns of results that lie beside those of another processor cost more than the products
            // do.
            pool.run(rows, PANEL_ROWS, PANEL_ROWS, job);
            return;
        }
        int step = step();
        int least = (int) Math.max(1, CHUNK_BYTES / bytesPerRow);
        pool.run(rows, Math.ceilDiv(least, step) * step, step, job);
    }

    /** Rows of {@code w} that are handed out together with few rows of activations. */
    private int step() {
        WeightLayout layout = w.layout();
        return layout == null ? 1 : layout.groupRows();
    }

    private static boolean alike(Operand a, Operand b) {
        return a.type() == b.type() && a.layout() == b.layout();
    }

    /**
     * See {@link io.jgemma.engine.backend.Ops#projections}.
     *
     * @return false, and nothing is done, where the weights are of different types
     */
    boolean projections(Tensor q, Tensor k, Tensor v, Tensor wq, Tensor wk, Tensor wv, Tensor activations) {
        w.set(wq);
        projectionJob.set(0, q, wq);
        projectionJob.set(1, k, wk);
        projectionJob.set(2, v, wv);
        if (!projectionJob.areAlike()) {
            return false;
        }
        prepare(activations);
        share(projectionJob.place(x.rows() >= PANEL_TOKENS ? PANEL_ROWS : step()), projectionJob, w.rowBytes());
        return true;
    }

    /** The rows of three weights, one after the other, each of which begins at a multiple of what is handed out together. */
    private final class ProjectionJob implements RowPool.Job {
        private static final int COUNT = 3;

        private final Operand[] results = {new Operand(), new Operand(), new Operand()};
        private final Operand[] weights = {new Operand(), new Operand(), new Operand()};
        private final int[] starts = new int[COUNT];

        void set(int index, Tensor to, Tensor weight) {
            results[index].set(to);
            weights[index].set(weight);
        }

        boolean areAlike() {
            return alike(weights[0], weights[1]) && alike(weights[0], weights[2]);
        }

        /** Lays the weights' rows out; how many there are, gaps included. */
        int place(int unit) {
            int end = 0;
            for (int i = 0; i < COUNT; i++) {
                starts[i] = end;
                end += Math.ceilDiv(weights[i].rows(), unit) * unit;
            }
            return end;
        }

        @Override
        public void run(int from, int to, int worker) {
            Operand prepared = prepared(worker);
            for (int i = 0; i < COUNT; i++) {
                int first = Math.max(from - starts[i], 0);
                int end = Math.min(to - starts[i], weights[i].rows());
                if (first < end) {
                    kernels.matmul(results[i], weights[i], prepared, first, end, scratch[worker]);
                }
            }
        }
    }

    /**
     * See {@link io.jgemma.engine.backend.Ops#gatedMatmul}: whoever computed some columns of both products gates them, while they are near.
     *
     * @return false, and nothing is done, where the weights are of different types, or there are too many rows for this to pay
     */
    boolean gated(Tensor to, Tensor upTo, Tensor gate, Tensor up, Tensor activations, Activation f) {
        y.set(to);
        w.set(gate);
        gatedJob.upY.set(upTo);
        gatedJob.up.set(up);
        if (!alike(w, gatedJob.up) || activations.rows() == 0 || activations.rows() >= PANEL_TOKENS) {
            return false;
        }
        prepare(activations);
        gatedJob.activation = f;
        share(w.rows(), gatedJob, 2 * w.rowBytes());
        return true;
    }

    private final class GatedJob implements RowPool.Job {
        private final Operand up = new Operand();
        private final Operand upY = new Operand();
        private Activation activation = Activation.SILU;

        @Override
        public void run(int from, int to, int worker) {
            Operand prepared = prepared(worker);
            Scratch memory = scratch[worker];
            kernels.matmul(y, w, prepared, from, to, memory);
            kernels.matmul(upY, up, prepared, from, to, memory);
            Operand gates = columns(y, from, to, memory.view(2));
            kernels.gate(gates, gates, columns(upY, from, to, memory.view(3)), activation, 0, y.rows(), memory);
        }

        private static Operand columns(Operand of, int from, int to, Operand view) {
            long offset = of.row(0) + (long) Float.BYTES * from;
            return view.set(of.segment(), offset, of.rowBytes(), of.rows(), to - from);
        }
    }

    /** Fills a buffer with weights in its layout. */
    void pack(Tensor to, MemorySegment gguf) {
        y.set(to);
        w.set(to.type(), gguf, 0, to.rowBytes(), y.rows(), y.columns());
        WeightLayout layout = Objects.requireNonNull(y.layout());
        int step = layout.groupRows();
        pool.run(y.rows(), step, step, (from, end, worker) -> layout.pack(w, y.segment(), from, end, scratch[worker]));
    }

    @Override
    public void close() {
        shared.close();
    }
}
