package io.jgemma.bench.kernel;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
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

/**
 * {@code y = x w^T} through the backend, with its threads: bytes of weights and multiply-adds a nanosecond, which is GB/s and
 * billions per second. With one row of activations memory should set the pace, with many the multipliers; both
 * ceilings are measured by {@link Ceilings} in the same run.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Products extends CpuBenchmark {

    private static final short HALF_OF_1_16TH = 0x2C00;

    @Param({"x86", "vector"})
    public String kernels = "";

    @Param({"Q4_0", "Q8_0"})
    public String type = "";

    /** Rows of activations. */
    @Param({"1", "4", "512"})
    public int rows;

    @Param({"1", "2"})
    public int threads;

    /** Larger than any cache with one row of activations, small enough to end with many. */
    @Param({"65536"})
    public int outputs;

    @Param({"2048"})
    public int columns;

    private Room room = new Room("scalar", 1);
    private Tensor x = room.zeros(1, 1);
    private Tensor w = x;
    private Tensor y = x;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long weightBytes;
        public long multiplyAdds;
    }

    @Setup
    public void open() {
        room.close();
        room = new Room(kernels, threads);
        QuantType quant = Room.type(type);
        int count = rows < 64 ? outputs : outputs / 16;
        MemorySegment blocks = room.memory(quant.bytes((long) count * columns));
        byte[] piece = new byte[quant.blockBytes() * 1024];
        new SplittableRandom(1).nextBytes(piece);
        for (long at = 0; at < blocks.byteSize(); at += piece.length) {
            int length = (int) Math.min(piece.length, blocks.byteSize() - at);
            MemorySegment.copy(piece, 0, blocks, ValueLayout.JAVA_BYTE, at, length);
        }
        for (long at = 0; at < blocks.byteSize(); at += quant.blockBytes()) {
            blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, HALF_OF_1_16TH);
        }
        w = room.backend().upload(new GgufTensor("w", quant, GgufShape.of(columns, count), blocks));
        x = room.random(rows, columns);
        y = room.zeros(rows, count);
    }

    @TearDown
    public void close() {
        room.close();
    }

    @Benchmark
    public void matmul(Work work) {
        room.backend().ops().matmul(y, w, x);
        work.weightBytes += w.byteSize();
        work.multiplyAdds += w.rows() * w.columns() * rows;
    }
}
