package io.jgemma.cli.estimate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast this machine's memory can be read: each thread adds up memory of its own that no cache holds. */
final class MemorySpeed {
    private static final int LONGS = 1 << 24;
    private static final Duration TIME = Duration.ofMillis(400);

    private MemorySpeed() {}

    /**
     * Measures for half a second.
     *
     * @param threads threads that read at the same time, 128 MiB each
     * @return bytes a second of all together
     */
    static double measure(int threads) throws InterruptedException {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<Double>> readers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                readers.add(MemorySpeed::read);
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

    private static double read() {
        long[] memory = new long[LONGS];
        for (int i = 0; i < LONGS; i += 512) {
            memory[i] = i; // brings the pages in
        }
        long check = sum(memory);
        long bytes = 0;
        long start = System.nanoTime();
        long elapsed;
        do {
            check += sum(memory);
            bytes += (long) LONGS * Long.BYTES;
            elapsed = System.nanoTime() - start;
        } while (elapsed < TIME.toNanos());
        if (check == 42) { // keeps the sums from being left out
            memory[0] = check;
        }
        return bytes / (elapsed / 1e9);
    }

    private static long sum(long[] memory) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < memory.length; i += 4) {
            a += memory[i];
            b += memory[i + 1];
            c += memory[i + 2];
            d += memory[i + 3];
        }
        return a + b + c + d;
    }
}
