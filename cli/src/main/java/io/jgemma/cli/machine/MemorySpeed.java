package io.jgemma.cli.machine;

import io.jgemma.engine.platform.CodeMemoryException;
import io.jgemma.engine.platform.PageMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast this machine's memory can be read: each thread adds up memory of its own that no cache holds. */
public final class MemorySpeed {

    /** More than caches hold, of all threads together. */
    private static final long BYTES = 512L << 20;

    private static final int PIECE_BYTES = 1 << 16;
    private static final int LEAST_PIECES = 512;
    private static final Duration TIME = Duration.ofMillis(400);

    private MemorySpeed() {}

    /**
     * Measures for half a second, with 512 MiB outside the Java heap.
     *
     * @param threads threads that read at the same time
     * @return bytes a second of all together
     */
    public static double measure(int threads) throws InterruptedException {
        long pieces = Math.max(LEAST_PIECES, BYTES / PIECE_BYTES / threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<Double>> readers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                readers.add(() -> read(pieces * PIECE_BYTES));
            }
            double sum = 0;
            for (Future<Double> speed : pool.invokeAll(readers)) {
                sum += speed.get();
            }
            return sum;
        } catch (ExecutionException e) {
            throw new IllegalStateException("memory could not be read", e.getCause());
        }
    }

    private static double read(long memoryBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = room(memoryBytes, arena).fill((byte) 1); // brings the pages in
            long check = sum(memory); // and lets the JVM compile
            long bytes = 0;
            long start = System.nanoTime();
            long elapsed;
            do {
                check += sum(memory);
                bytes += memory.byteSize();
                elapsed = System.nanoTime() - start;
            } while (elapsed < TIME.toNanos());
            if (check == 42) { // keeps the sums from being left out
                memory.set(ValueLayout.JAVA_LONG, 0, check);
            }
            return bytes / (elapsed / 1e9);
        }
    }

    /** Huge pages, where weights lie too; small ones where the system is unknown. */
    private static MemorySegment room(long bytes, Arena arena) {
        try {
            return PageMemory.ofSystem().mapHuge(bytes, arena);
        } catch (CodeMemoryException e) {
            return arena.allocate(bytes, Long.BYTES);
        }
    }

    /** In pieces, so that the loop is a method of its own, which the JVM compiles at once. */
    private static long sum(MemorySegment memory) {
        long all = 0;
        for (long at = 0; at < memory.byteSize(); at += PIECE_BYTES) {
            all += sumOfPiece(memory.asSlice(at, PIECE_BYTES));
        }
        return all;
    }

    private static long sumOfPiece(MemorySegment piece) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < PIECE_BYTES / Long.BYTES; i += 4) {
            a += piece.getAtIndex(ValueLayout.JAVA_LONG, i);
            b += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
            c += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 2);
            d += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 3);
        }
        return a + b + c + d;
    }
}
