package io.jgemma.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowPoolTest {

    private static final int MOST_ROWS = 1000;

    private final SplittableRandom random = new SplittableRandom(7);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void everyRowIsDoneOnce(int workers) {
        try (RowPool pool = new RowPool(workers)) {
            assertThat(pool.workers()).isEqualTo(workers);
            AtomicIntegerArray busy = new AtomicIntegerArray(workers);
            AtomicInteger broken = new AtomicInteger();
            for (int round = 0; round < 150; round++) {
                int count = round < 12 ? round : random.nextInt(MOST_ROWS + 1);
                AtomicIntegerArray done = new AtomicIntegerArray(MOST_ROWS);
                pool.run(count, 1 + random.nextInt(40), (from, to, worker) -> {
                    // Two rows of a worker at the same time would share its scratch memory.
                    if (from >= to || busy.incrementAndGet(worker) != 1) {
                        broken.incrementAndGet();
                    }
                    for (int row = from; row < to; row++) {
                        done.incrementAndGet(row);
                    }
                    busy.decrementAndGet(worker);
                });
                for (int row = 0; row < MOST_ROWS; row++) {
                    assertThat(done.get(row))
                            .as("times that row %d of %d was done", row, count)
                            .isEqualTo(row < count ? 1 : 0);
                }
            }
            assertThat(broken).as("empty ranges and shared workers").hasValue(0);
        }
    }

    /** What the caller's failure leaves over is computed for nobody, so nobody computes it. */
    @Test
    void whenTheCallersChunkFailsTheOthersStop() {
        int rows = 4000;
        try (RowPool pool = new RowPool(3)) {
            AtomicInteger done = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(rows, 1, (from, to, worker) -> {
                        if (worker == 0) {
                            throw new IllegalStateException("the caller's chunk");
                        }
                        done.addAndGet(to - from);
                        LockSupport.parkNanos(1_000_000);
                    }))
                    .hasMessage("the caller's chunk");
            assertThat(done.get()).isLessThan(rows / 2);

            AtomicInteger again = new AtomicInteger();
            pool.run(rows, 1, (from, to, worker) -> again.addAndGet(to - from));
            assertThat(again).hasValue(rows);
        }
    }

    /** Chunks begin at multiples of a step and become smaller, but not smaller than was asked for. */
    @Test
    void chunksAreWholeStepsAndShrink() {
        try (RowPool pool = new RowPool(2)) {
            for (int count : new int[] {17, 100, 1000, 999}) {
                List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
                AtomicInteger wrong = new AtomicInteger();
                pool.run(count, 32, 16, (from, to, worker) -> {
                    boolean last = to == count;
                    wrong.addAndGet(from % 16 != 0 || (!last && (to % 16 != 0 || to - from < 32)) ? 1 : 0);
                    sizes.add(to - from);
                });
                assertThat(wrong).hasValue(0);
                assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(count);
                assertThat(sizes).allMatch(size -> size <= Math.max(32, count / 4) || size == count);
            }
        }
    }

    @Test
    void resultsAreVisibleToTheCaller() {
        try (RowPool pool = new RowPool(3)) {
            int[] plain = new int[MOST_ROWS];
            for (int round = 1; round <= 2000; round++) {
                int value = round;
                pool.run(MOST_ROWS, 10, (from, to, worker) -> {
                    for (int row = from; row < to; row++) {
                        plain[row] += value - plain[row];
                    }
                });
                assertThat(plain).containsOnly(value);
            }
        }
    }

    @Test
    void thousandsOfTinyJobs() {
        try (RowPool pool = new RowPool(2)) {
            AtomicLong sum = new AtomicLong();
            RowPool.Job job = (from, to, worker) -> sum.addAndGet(to - from);
            for (int i = 0; i < 20_000; i++) {
                pool.run(2, 1, job);
            }
            assertThat(sum).hasValue(40_000);
        }
    }

    /** More workers than processors, so that many are called, have not begun when all is done, and are called again. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 16})
    void whoComesLateDoesNoOtherJob(int workers) {
        try (RowPool pool = new RowPool(workers)) {
            AtomicLong even = new AtomicLong();
            AtomicLong odd = new AtomicLong();
            RowPool.Job evenJob = (from, to, worker) -> even.addAndGet(to - from);
            RowPool.Job oddJob = (from, to, worker) -> odd.addAndGet(to - from);
            for (int i = 1; i <= 5_000; i++) {
                pool.run(2, 1, evenJob);
                assertThat(even.get()).isEqualTo(2L * i);
                pool.run(3, 1, oddJob);
                assertThat(odd.get()).isEqualTo(3L * i);
            }
        }
    }

    @Test
    void workersThatWentToSleepComeBack() throws InterruptedException {
        try (RowPool pool = new RowPool(3)) {
            for (int i = 0; i < 5; i++) {
                everyWorkerTakesPart(pool, 3);
                // Longer than the workers spin, so that they park.
                Thread.sleep(20);
            }
        }
    }

    /** Each chunk waits until all workers hold one: ends only when all threads serve. */
    private static void everyWorkerTakesPart(RowPool pool, int workers) {
        CountDownLatch all = new CountDownLatch(workers);
        pool.run(workers * 4, 4, (from, to, worker) -> {
            all.countDown();
            try {
                all.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(all.getCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void failuresSurfaceAndThePoolWorksOn(int workers) {
        try (RowPool pool = new RowPool(workers)) {
            for (int round = 0; round < 200; round++) {
                int bad = random.nextInt(100);
                assertThatThrownBy(() -> pool.run(100, 3, (from, to, worker) -> {
                            if (from <= bad && bad < to) {
                                throw new ArithmeticException("row " + bad);
                            }
                        }))
                        .satisfiesAnyOf(
                                e -> assertThat(e).isInstanceOf(ArithmeticException.class),
                                e -> assertThat(e).hasCauseInstanceOf(ArithmeticException.class))
                        .hasMessageContaining("row " + bad);
                countsAllRows(pool);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aJobThatFailsEverywhereLeavesNoFailureBehind(int workers) {
        try (RowPool pool = new RowPool(workers)) {
            for (int round = 0; round < 50; round++) {
                CountDownLatch all = new CountDownLatch(workers);
                assertThatThrownBy(() -> pool.run(workers * 4, 4, (from, to, worker) -> {
                            all.countDown();
                            try {
                                all.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            throw new ArithmeticException("worker " + worker);
                        }))
                        .hasStackTraceContaining("ArithmeticException");
                countsAllRows(pool);
            }
        }
    }

    @Test
    void errorsOfTheMachineSurfaceToo() {
        try (RowPool pool = new RowPool(2)) {
            for (int round = 0; round < 50; round++) {
                assertThatThrownBy(() -> pool.run(100, 1, (from, to, worker) -> {
                            throw new StackOverflowError("too deep");
                        }))
                        .hasStackTraceContaining("too deep");
                countsAllRows(pool);
            }
        }
    }

    private static void countsAllRows(RowPool pool) {
        AtomicInteger rows = new AtomicInteger();
        pool.run(100, 3, (from, to, worker) -> rows.addAndGet(to - from));
        assertThat(rows).hasValue(100);
    }

    @Test
    void closingEndsTheThreads() {
        List<Thread> before = poolThreads();
        RowPool pool = new RowPool(4);
        countsAllRows(pool);
        List<Thread> during = poolThreads();
        during.removeAll(before);
        assertThat(during).hasSize(3).allMatch(Thread::isDaemon);
        pool.close();
        assertThat(during).noneMatch(Thread::isAlive);
        pool.close();
    }

    @Test
    void aClosedPoolRefusesToRun() {
        RowPool pool = new RowPool(2);
        pool.close();
        assertThatThrownBy(() -> pool.run(100, 1, (from, to, worker) -> {})).isInstanceOf(IllegalStateException.class);
    }

    private static List<Thread> poolThreads() {
        List<Thread> threads = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("jgemma-cpu-")) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
