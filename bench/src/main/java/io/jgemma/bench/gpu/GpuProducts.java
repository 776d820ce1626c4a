package io.jgemma.bench.gpu;

import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
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
 * {@code y = x w^T} on the first GPU: bytes of weights and multiply-adds per nanosecond, which is GB/s and billions per second.
 * With one row of activations the product should be limited by the card's memory, with many by its tensor cores.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class GpuProducts extends OnGpu {
    private static final int COLUMNS = 2048;

    /** Calls that the host waits for together. */
    private static final int TOGETHER = 8;

    @Param({"Q4_0", "Q8_0", "Q4_K", "Q6_K", "F16"})
    public String type = "";

    /** Rows of activations. */
    @Param({"1", "4", "512"})
    public int rows;

    /** Larger than a card's caches; take fewer on the stand-in. */
    @Param({"131072"})
    public int outputs;

    private Tensor x = gpu.room(1, 1);
    private Tensor w = x;
    private Tensor y = x;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long weightBytes;
        public long multiplyAdds;
    }

    /** All weights are zero: no kernel looks at what it multiplies. */
    @Setup
    public void open() {
        QuantType quant = QuantTypes.find(type).orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment blocks = arena.allocate(quant.bytes((long) outputs * COLUMNS), 64);
            w = gpu.backend().upload(new GgufTensor("w", quant, GgufShape.of(COLUMNS, outputs), blocks));
            x = gpu.input(rows, COLUMNS);
            y = gpu.room(rows, outputs);
            gpu.await(y);
        }
    }

    @Benchmark
    public void matmul(Work work) {
        for (int i = 0; i < TOGETHER; i++) {
            gpu.backend().ops().matmul(y, w, x);
        }
        gpu.await(y);
        work.weightBytes += TOGETHER * w.byteSize();
        work.multiplyAdds += TOGETHER * w.rows() * w.columns() * rows;
        calls += TOGETHER;
    }
}
