package io.jgemma.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the machine itself gives: bytes a nanosecond (GB/s) of a plain read of memory with some threads, and cycles a
 * nanosecond (GHz) by a chain of operations of which each waits for the one before.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"})
public class Ceilings {

    private static final long BYTES = 512L << 20;
    private static final int CHAIN = 10_000_000;
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    @Param({"1", "2"})
    public int threads;

    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;
    private ExecutorService pool = Executors.newFixedThreadPool(1);

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long bytesRead;
        public long cycles;
    }

    @Setup
    public void open() {
        pool.close();
        pool = Executors.newFixedThreadPool(threads);
        arena = Arena.ofShared();
        memory = arena.allocate(BYTES, 64).fill((byte) 1);
    }

    @TearDown
    public void close() {
        pool.close();
        arena.close();
    }

    @Benchmark
    public long read(Work work) throws InterruptedException, ExecutionException {
        List<Future<Long>> parts = new ArrayList<>();
        long share = BYTES / threads;
        for (int i = 0; i < threads; i++) {
            long from = i * share;
            parts.add(pool.submit(() -> sum(memory, from, from + share)));
        }
        long all = 0;
        for (Future<Long> part : parts) {
            all ^= part.get();
        }
        work.bytesRead += BYTES;
        return all;
    }

    private static long sum(MemorySegment memory, long from, long to) {
        int step = SPECIES.vectorByteSize();
        LongVector a = LongVector.zero(SPECIES);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long at = from; at < to; at += 4L * step) {
            a = a.add(LongVector.fromMemorySegment(SPECIES, memory, at, ORDER));
            b = b.add(LongVector.fromMemorySegment(SPECIES, memory, at + step, ORDER));
            c = c.add(LongVector.fromMemorySegment(SPECIES, memory, at + 2L * step, ORDER));
            d = d.add(LongVector.fromMemorySegment(SPECIES, memory, at + 3L * step, ORDER));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.XOR);
    }

    /** Two cycles a turn: an exclusive or and a rotation, which no compiler can join. */
    @Benchmark
    public long clock(Work work) {
        long x = work.cycles;
        for (int i = 0; i < CHAIN; i++) {
            x = Long.rotateLeft(x ^ i, 7);
        }
        work.cycles += 2L * CHAIN;
        return x;
    }
}
