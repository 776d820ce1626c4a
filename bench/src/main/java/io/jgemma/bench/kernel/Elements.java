package io.jgemma.bench.kernel;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Operations on each element: bytes read and written a nanosecond, which is GB/s. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Elements extends CpuBenchmark {

    @Param({"x86", "vector"})
    public String kernels = "";

    @Param({"1", "512"})
    public int rows;

    @Param({"1152"})
    public int columns;

    @Param({"1", "2"})
    public int threads;

    private Room room = new Room("scalar", 1);
    private Tensor x = room.zeros(1, 1);
    private Tensor h = x;
    private Tensor y = x;
    private Tensor w = x;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long bytesMoved;
    }

    @Setup
    public void open() {
        room.close();
        room = new Room(kernels, threads);
        x = room.random(rows, columns);
        h = room.random(rows, columns);
        y = room.zeros(rows, columns);
        w = room.random(1, columns);
    }

    @TearDown
    public void close() {
        room.close();
    }

    @Benchmark
    public void rmsNorm(Work work) {
        room.backend().ops().rmsNorm(y, x, w, 1e-6f);
        work.bytesMoved += 2 * x.byteSize();
    }

    @Benchmark
    public void addRmsNorm(Work work) {
        room.backend().ops().addRmsNorm(y, h, w, 1e-6f);
        work.bytesMoved += 3 * x.byteSize();
    }

    @Benchmark
    public void gate(Work work) {
        room.backend().ops().gate(y, x, h, Activation.GELU_TANH);
        work.bytesMoved += 3 * x.byteSize();
    }
}
