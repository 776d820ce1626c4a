package io.jgemma.bench.gpu;

import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the driver costs: launches a microsecond, one by one and as a graph, and copies in bytes a microsecond (MB/s), both
 * through pinned staging memory and with the host waiting for the end.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class Driver extends OnGpu {
    private static final int LAUNCHES = 256;
    private static final int COLUMNS = 256;

    /** Bytes of a copy. */
    @Param({"65536", "16777216"})
    public int bytes;

    private Tensor few = gpu.room(1, COLUMNS);
    private Tensor many = few;
    private Tensor memory = few;
    private MemorySegment host = MemorySegment.NULL;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long launches;
        public long copiedBytes;
    }

    @Setup
    public void open() {
        few = gpu.input(1, COLUMNS);
        many = gpu.input(16, COLUMNS);
        memory = gpu.room(1, bytes / Float.BYTES);
        host = gpu.host(bytes);
    }

    /** Rows of a prompt: each operation is launched as it comes. */
    @Benchmark
    public void launches(Work work) {
        add(many, work);
    }

    /** A row of decode: the same list of operations again and again becomes a graph. */
    @Benchmark
    public void graph(Work work) {
        add(few, work);
    }

    private void add(Tensor x, Work work) {
        for (int i = 0; i < LAUNCHES; i++) {
            gpu.backend().ops().add(x, x);
        }
        gpu.await(x);
        work.launches += LAUNCHES;
        calls++;
    }

    @Benchmark
    public void toDevice(Work work) {
        gpu.backend().write(memory.buffer(), 0, host);
        gpu.await(memory);
        work.copiedBytes += bytes;
        calls++;
    }

    @Benchmark
    public void toHost(Work work) {
        gpu.backend().read(memory.buffer(), 0, host);
        work.copiedBytes += bytes;
        calls++;
    }
}
