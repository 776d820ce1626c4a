package io.jgemma.engine.cpu;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that share the rows of one job at a time. The caller is one of the workers; the others spin for a
 * moment after a job, because the next one mostly follows within microseconds, and then park.
 *
 * <p>Rows are claimed in chunks from a counter, so a worker that the system holds up costs the others only the chunk it
 * holds. Not for use from several threads at once.
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

    /** About 20 to 50 microseconds: longer than the gap between two operations of a step. */
    private static final int SPINS = 2_000;

    private final Thread[] threads;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger epoch = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    // Written before the epoch moves on, read after it was seen to: published by the volatile.
    private @Nullable Job job;
    private int rows;
    private int chunk;

    /** A pool of {@code workers} workers, the calling thread included. */
    RowPool(int workers) {
        threads = new Thread[workers - 1];
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

    /**
     * Runs a job over {@code count} rows and returns when all are done.
     *
     * @param minimumChunk rows below which a chunk is not worth sharing
     */
    void run(int count, int minimumChunk, Job work) {
        int share = Math.ceilDiv(count, workers() * 4);
        runChunks(count, Math.max(minimumChunk, share), work);
    }

    /** As {@link #run}, with chunks of {@code rowsPerChunk} rows. */
    void runChunks(int count, int rowsPerChunk, Job work) {
        if (closed) {
            throw new IllegalStateException("the CPU's threads were closed");
        }
        if (threads.length == 0 || count <= rowsPerChunk) {
            if (count > 0) {
                work.run(0, count, 0);
            }
            return;
        }
        failure = null;
        job = work;
        rows = count;
        chunk = rowsPerChunk;
        next.set(0);
        running.set(threads.length);
        epoch.incrementAndGet();
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        try {
            claim(work, count, rowsPerChunk, 0);
        } finally {
            awaitWorkers();
        }
        Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("a kernel failed on another thread: " + thrown.getMessage(), thrown);
        }
    }

    /** A worker that the system holds up needs a processor, so after a while the caller offers its own. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitWorkers() {
        int spins = 0;
        while (running.get() > 0) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private void claim(Job work, int count, int rowsPerChunk, int worker) {
        for (int from = next.getAndAdd(rowsPerChunk); from < count; from = next.getAndAdd(rowsPerChunk)) {
            work.run(from, Math.min(from + rowsPerChunk, count), worker);
        }
    }

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (epoch.get() == seen && !closed) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = epoch.get();
            try {
                claim(Objects.requireNonNull(job), rows, chunk, worker);
            } catch (RuntimeException | Error e) {
                failure = e;
                next.set(Integer.MAX_VALUE / 2);
            } finally {
                running.decrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
