package io.jgemma.engine.cpu;

import io.jgemma.engine.thread.Threads;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that share the rows of one job at a time. The caller is one of the workers; the others spin for a
 * moment after a job, because the next one mostly follows within microseconds, and then park.
 *
 * <p>Rows are claimed in chunks from a counter, so a worker that the system holds up costs the others only the chunk it
 * holds, and nothing where it has not begun: a call that nobody has followed when all rows are claimed is taken back. Not for use from several threads at
 * once.
 */
final class RowPool implements AutoCloseable {

    /** Work on a range of rows. Implementations are kept and run again, so that a job allocates nothing. */
    interface Job {
        /**
         * Does rows {@code from} (inclusive) to {@code to} (exclusive).
         *
         * @param worker 0 to {@link RowPool#workers()} less 1, distinct among those running at the same time
         */
        void run(int from, int to, int worker);
    }

    /**
     * About 100 to 300 microseconds: longer than the gap between two operations, and than the one between two steps while the code
     * there is not compiled yet. A worker that parks in a gap costs the next operation its time to wake up.
     */
    private static final int SPINS = 10_000;

    private static final int IDLE = 0;
    private static final int CALLED = 1;
    private static final int AT_WORK = 2;

    /** Integers of a cache line: each thread watches one of its own. */
    private static final int LINE = 64 / Integer.BYTES;

    private final Thread[] threads;
    private final AtomicInteger next = new AtomicInteger();
    /** What each thread is to do or does; the caller calls and takes back, the thread begins and ends. */
    private final AtomicIntegerArray states;

    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    // Written before a thread is called, read after it has begun: published by its state.
    private @Nullable Job job;
    private int rows;
    private int least;
    private int step;

    /** A pool of {@code workers} workers, the calling thread included. */
    RowPool(int workers) {
        threads = new Thread[workers - 1];
        states = new AtomicIntegerArray(workers * LINE);
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] =
                    Thread.ofPlatform().name("jgemma-cpu-" + worker).daemon().unstarted(() -> serve(worker));
        }
        for (Thread thread : threads) {
            thread.start();
        }
    }

    /** Number of workers, the caller included. */
    int workers() {
        return threads.length + 1;
    }

    /** As {@link #run(int, int, int, Job)} for rows that are taken one by one. */
    void run(int count, int minimumChunk, Job work) {
        run(count, minimumChunk, 1, work);
    }

    /**
     * Runs a job over {@code count} rows and returns when all are done. Chunks become smaller towards the end, so that nobody
     * waits long for the last.
     *
     * @param minimumChunk rows below which a chunk is not worth sharing; a multiple of {@code chunkStep}
     * @param chunkStep of what all chunks but the last are multiples
     */
    void run(int count, int minimumChunk, int chunkStep, Job work) {
        if (closed) {
            throw new IllegalStateException("the CPU's threads were closed");
        }
        if (threads.length == 0 || count <= minimumChunk) {
            if (count > 0) {
                work.run(0, count, 0);
            }
            return;
        }
        failure = null;
        job = work;
        rows = count;
        least = minimumChunk;
        step = chunkStep;
        next.set(0);
        for (int i = 0; i < threads.length; i++) {
            states.set((i + 1) * LINE, CALLED);
            LockSupport.unpark(threads[i]);
        }
        try {
            claim(work, 0);
        } catch (RuntimeException | Error e) {
            next.set(Integer.MAX_VALUE); // what is left would be computed for nobody
            throw e;
        } finally {
            awaitWorkers();
        }
        Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("a kernel failed on another thread: " + thrown.getMessage(), thrown);
        }
    }

    /**
     * Takes back calls that nobody has followed and waits for those at work. One that the system holds up needs a processor, so after a while the caller
     * offers its own.
     */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitWorkers() {
        int spins = 0;
        for (int state = LINE; state < states.length(); state += LINE) {
            states.compareAndSet(state, CALLED, IDLE);
        }
        for (int state = LINE; state < states.length(); state += LINE) {
            while (states.get(state) != IDLE) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    private void claim(Job work, int worker) {
        int from = next.get();
        while (from < rows) {
            int chunk = Math.max(least, (rows - from) / (2 * workers()) / step * step);
            int end = Math.min(from + chunk, rows);
            if (next.compareAndSet(from, end)) {
                work.run(from, end, worker);
            }
            from = next.get();
        }
    }

    private void serve(int worker) {
        int state = worker * LINE;
        int spins = 0;
        while (!closed) {
            if (states.get(state) == CALLED && states.compareAndSet(state, CALLED, AT_WORK)) {
                work(worker);
                states.set(state, IDLE);
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
    }

    private void work(int worker) {
        try {
            claim(Objects.requireNonNull(job), worker);
        } catch (RuntimeException | Error e) {
            failure = e;
            next.set(Integer.MAX_VALUE);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        for (Thread thread : threads) {
            Threads.awaitEnd(thread);
        }
    }
}
