package io.jgemma.engine;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.nn.OutputHead;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** Runs steps for all sessions, one at a time: whoever wants one waits for the turns before. */
final class Evaluator {

    private final Backend backend;
    private final Decoder decoder;
    private final KvPool pool;
    private final int microBatchTokens;
    private final ReentrantLock turn = new ReentrantLock(true);
    private long steps;
    private long allRows;
    private long stepNanos;

    Evaluator(Backend backend, Decoder decoder, KvPool pool, int microBatchTokens) {
        this.backend = backend;
        this.decoder = decoder;
        this.pool = pool;
        this.microBatchTokens = microBatchTokens;
    }

    int microBatchTokens() {
        return microBatchTokens;
    }

    /** Does something with the sequences' memory while no step runs. */
    <T> T exclusively(Supplier<T> work) {
        turn.lock();
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    KvSequence newSequence() {
        return exclusively(pool::sequence);
    }

    void close(KvSequence sequence) {
        turn.lock();
        try {
            sequence.close();
        } finally {
            turn.unlock();
        }
    }

    /** Layout of K and V. */
    KvPlan plan() {
        return pool.plan();
    }

    /** Writes a sequence's K and V while no step runs; see {@link KvSequence#writeTo}. */
    void write(KvSequence sequence, WritableByteChannel out) throws IOException {
        turn.lock();
        try {
            sequence.writeTo(out);
        } finally {
            turn.unlock();
        }
    }

    /** Reads K and V into a new sequence while no step runs; see {@link KvPool#read}. */
    KvSequence read(KvExtent extent, ReadableByteChannel in) throws IOException {
        turn.lock();
        try {
            return pool.read(extent, in);
        } finally {
            turn.unlock();
        }
    }

    /** Pages and recent tiles that sequences hold. */
    int pagesInUse() {
        return exclusively(pool::pagesInUse);
    }

    /**
     * Appends rows {@code from} to {@code to}, exclusive, to a sequence in one turn. Neither end may lie within a block.
     *
     * @param wanted index of a row whose logits are wanted
     * @param consumer receives them, within the turn
     * @param stop asked before each micro-batch; true ends early
     * @return index of the first row that was not fed
     */
    int feed(
            KvSequence sequence,
            InputRows input,
            int from,
            int to,
            IntPredicate wanted,
            LogitsConsumer consumer,
            BooleanSupplier stop) {
        turn.lock();
        try {
            int i = from;
            while (i < to && !stop.getAsBoolean()) {
                int end = Math.min(input.sliceEnd(i, microBatchTokens), to);
                step(sequence, input, i, end, wanted, consumer);
                i = end;
            }
            return i;
        } finally {
            turn.unlock();
        }
    }

    private void step(
            KvSequence sequence, InputRows input, int from, int to, IntPredicate wanted, LogitsConsumer consumer) {
        int[] wantedRows = forward(sequence, input, from, to, wanted);
        for (int first = 0; first < wantedRows.length; first += OutputHead.MAX_ROWS) {
            int some = Math.min(OutputHead.MAX_ROWS, wantedRows.length - first);
            show(decoder.logits(first, some), from, first, wantedRows, consumer);
        }
    }

    /** Appends rows to a sequence and says which of them are wanted. */
    private int[] forward(KvSequence sequence, InputRows input, int from, int to, IntPredicate wanted) {
        int rows = to - from;
        int position = sequence.length();
        sequence.reserve(rows);
        int[] positions = new int[rows];
        int[] logitRows = new int[rows];
        int count = 0;
        for (int r = 0; r < rows; r++) {
            positions[r] = position + r;
            if (wanted.test(from + r)) {
                logitRows[count++] = r;
            }
        }
        int[] wantedRows = Arrays.copyOf(logitRows, count);
        KvSpan span = new KvSpan(0, rows, position, sequence.tables(), input.visibleEnds(from, to, position));
        long start = System.nanoTime();
        decoder.forward(new Step(
                Arrays.copyOfRange(input.ids(), from, to),
                positions,
                List.of(span),
                wantedRows,
                input.embedded(from, to)));
        sequence.advance(rows);
        steps++;
        allRows += rows;
        stepNanos += System.nanoTime() - start;
        return wantedRows;
    }

    /** What was computed, for {@link Engine#status}. */
    EngineStatus status(int running) {
        return exclusively(() -> new EngineStatus(
                running,
                0,
                allRows,
                0,
                0,
                0,
                steps,
                allRows,
                stepNanos,
                new EngineStatus.KvUse(pool.bytes(), pool.bytesInUse(), 0),
                0,
                0));
    }

    /** One vector for a text; see {@link Engine#embed}. */
    float[] embed(InputRows input, Pooling pooling, int hidden) {
        turn.lock();
        try (KvSequence sequence = pool.sequence()) {
            double[] sum = new double[hidden];
            int last = input.rows() - 1;
            boolean all = pooling == Pooling.MEAN;
            for (int from = 0; from <= last; ) {
                int to = input.sliceEnd(from, microBatchTokens);
                if (forward(sequence, input, from, to, i -> all || i == last).length > 0) {
                    addRows(sum, decoder.hidden());
                }
                from = to;
            }
            float[] mean = new float[hidden];
            for (int i = 0; i < hidden; i++) {
                mean[i] = (float) (sum[i] / (all ? input.rows() : 1));
            }
            return mean;
        } finally {
            turn.unlock();
        }
    }

    private void addRows(double[] sum, Tensor rows) {
        float[] values = backend.read(rows).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        for (int i = 0; i < values.length; i++) {
            sum[i % sum.length] += values[i];
        }
    }

    /** Shows rows of logits, or of the greatest where these are enough. */
    private void show(Tensor logits, int from, int first, int[] wantedRows, LogitsConsumer consumer) {
        int rows = Math.toIntExact(logits.rows());
        int k = consumer.greatest();
        int enough = 0;
        if (k > 0) {
            Tensor greatest = decoder.greatest(logits, k);
            MemorySegment values = backend.read(greatest);
            while (enough < rows
                    && consumer.acceptGreatest(from + wantedRows[first + enough], row(values, greatest, enough))) {
                enough++;
            }
        }
        if (enough < rows) {
            MemorySegment values = backend.read(logits);
            for (int r = enough; r < rows; r++) {
                consumer.accept(from + wantedRows[first + r], row(values, logits, r));
            }
        }
    }

    private static MemorySegment row(MemorySegment values, Tensor tensor, int row) {
        return values.asSlice(row * tensor.rowBytes(), tensor.rowBytes());
    }
}
