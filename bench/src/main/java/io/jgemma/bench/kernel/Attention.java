package io.jgemma.bench.kernel;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;
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
 * Attention of one layer over a context: bytes of K and V and multiply-adds a nanosecond, which is GB/s and billions per second. One
 * row should read K and V as fast as memory or cache gives them ({@link Ceilings}), many rows should keep the multipliers busy.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Attention extends CpuBenchmark {

    private static final int CHUNK = 128;

    @Param({"x86", "vector"})
    public String kernels = "";

    /** Of K and V. */
    @Param({"F16", "Q8_0", "Q4_0"})
    public String type = "";

    /** Rows of the pass. */
    @Param({"1", "64"})
    public int rows;

    /** Tokens in the cache. */
    @Param({"512", "8192"})
    public int depth;

    @Param({"1", "2"})
    public int threads;

    /** Query heads, K/V heads and size of a head, as in Gemma 3 1B and Llama 3.2 1B. */
    @Param({"4:1:256", "32:8:64"})
    public String heads = "";

    private Room room = new Room("scalar", 1);
    private KvLayout layout = KvLayout.of(1, 1, 1, 1, Room.type("F32"), Room.type("F32"), 0);
    private KvPool pool = pool();
    private KvSequence sequence = pool.sequence();
    private Tensor y = room.zeros(1, 1);
    private Tensor q = y;
    private Tensor k = y;
    private Tensor v = y;
    private List<KvSpan> spans = List.of();
    private long multiplyAdds;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long kvBytes;
        public long multiplyAdds;
    }

    private KvLayer layer() {
        return new KvLayer(layout, 0, 0);
    }

    private KvPool pool() {
        return new KvPool(room.backend(), new KvPlan(List.of(layout), List.of(0), List.of(layer())));
    }

    @Setup
    public void open() {
        close();
        room = new Room(kernels, threads);
        List<Integer> shape =
                List.of(heads.split(":", -1)).stream().map(Integer::valueOf).toList();
        int dim = shape.get(2);
        QuantType quant = Room.type(type);
        layout = KvLayout.of(1, shape.get(1), dim, dim, quant, quant, 0);
        pool = pool();
        sequence = pool.sequence();
        store(depth);
        y = room.zeros(rows, shape.get(0) * dim);
        q = room.random(rows, shape.get(0) * dim);
        k = room.random(rows, shape.get(1) * dim);
        v = room.random(rows, shape.get(1) * dim);
        sequence.reserve(rows);
        spans = List.of(KvSpan.causal(0, rows, depth, sequence.tables()));
        multiplyAdds = 2L * shape.get(0) * dim * rows * (depth + (rows + 1) / 2);
    }

    private void store(int tokens) {
        Tensor keys = room.random(CHUNK, layout.kvHeads() * layout.keyDim());
        for (int from = 0; from < tokens; from += CHUNK) {
            sequence.reserve(CHUNK);
            List<KvSpan> span = List.of(KvSpan.causal(0, CHUNK, from, sequence.tables()));
            room.backend().ops().storeKv(layer(), span, keys, keys);
            sequence.advance(CHUNK);
        }
    }

    @TearDown
    public void close() {
        sequence.close();
        pool.close();
        room.close();
    }

    @Benchmark
    public void attend(Work work) {
        float scale = (float) (1 / Math.sqrt(layout.keyDim()));
        room.backend().ops().attend(y, layer(), spans, q, k, v, scale);
        work.kvBytes += Math.round(depth * layout.tokenBytes());
        work.multiplyAdds += multiplyAdds;
    }
}
