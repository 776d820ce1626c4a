package io.jgemma.bench.kernel;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code y = x w^T} through the backend, with its threads: bytes of weights and multiply-adds a nanosecond, which is GB/s and
 * billions per second. With one row of activations memory should set the pace, with many the multipliers; both
 * ceilings are measured by {@link Ceilings} in the same run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
        })
public class Products {

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

    private Backend backend = CpuBackend.open(KernelSet.SCALAR, 1);
    private Arena arena = Arena.ofShared();
    private Buffer memory = backend.allocate(4);
    private Tensor x = new Tensor(QuantTypes.F32, 1, 1, memory, 0);
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
        memory.close();
        backend.close();
        backend = CpuBackend.open(KernelSet.of(kernels), threads);
        QuantType quant = QuantTypes.all().stream()
                .filter(t -> t.name().equals(type))
                .findFirst()
                .orElseThrow();
        int count = rows < 64 ? outputs : outputs / 16;
        arena = Arena.ofShared();
        MemorySegment blocks = arena.allocate(quant.bytes((long) count * columns), 64);
        byte[] piece = new byte[quant.blockBytes() * 1024];
        new SplittableRandom(1).nextBytes(piece);
        for (long at = 0; at < blocks.byteSize(); at += piece.length) {
            int length = (int) Math.min(piece.length, blocks.byteSize() - at);
            MemorySegment.copy(piece, 0, blocks, ValueLayout.JAVA_BYTE, at, length);
        }
        for (long at = 0; at < blocks.byteSize(); at += quant.blockBytes()) {
            blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, HALF_OF_1_16TH);
        }
        w = backend.upload(new GgufTensor("w", quant, GgufShape.of(columns, count), blocks));
        long inputs = 4L * rows * columns;
        memory = backend.allocate(inputs + 4L * rows * count);
        x = new Tensor(QuantTypes.F32, rows, columns, memory, 0);
        y = new Tensor(QuantTypes.F32, rows, count, memory, inputs);
        fill();
    }

    private void fill() {
        SplittableRandom random = new SplittableRandom(2);
        MemorySegment values = arena.allocate(x.byteSize(), 4);
        for (long i = 0; i < x.rows() * x.columns(); i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        Tensor source = backend.upload(new GgufTensor("x", QuantTypes.F32, GgufShape.of(columns, rows), values));
        int[] all = new int[rows];
        for (int i = 0; i < rows; i++) {
            all[i] = i;
        }
        backend.ops().gatherRows(x, source, all);
    }

    @TearDown
    public void close() {
        memory.close();
        backend.close();
        arena.close();
    }

    @Benchmark
    public void matmul(Work work) {
        backend.ops().matmul(y, w, x);
        work.weightBytes += w.byteSize();
        work.multiplyAdds += w.rows() * w.columns() * rows;
    }
}
