package io.jgemma.bench.gpu;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kernels of jgemma for {@link StandInSpeed} to time, each in a shape that the interpreter needs a tenth of a second for. */
final class StandInWork implements AutoCloseable {
    private static final int HIDDEN = 1152;
    private static final int HEADS = 4;
    private static final int HEAD_DIM = 256;
    private static final int CONTEXT = 512;

    private final Gpu gpu = new Gpu();
    private final Backend backend = gpu.backend();
    private final KvPool pool;
    private final KvSequence sequence;
    private final Map<String, Runnable> works = new LinkedHashMap<>();

    StandInWork() {
        KvLayout layout = KvLayout.of(1, 1, HEAD_DIM, HEAD_DIM, QuantTypes.Q4_0, QuantTypes.Q4_0, 0);
        KvLayer layer = new KvLayer(layout, 0, 0);
        pool = new KvPool(backend, new KvPlan(List.of(layout), List.of(0), List.of(layer)));
        sequence = pool.sequence();
        for (int at = 0; at < CONTEXT; at += KvLayout.TAIL_TOKENS) {
            store(layer, KvLayout.TAIL_TOKENS);
        }
        product("product of one row, Q4_0", QuantTypes.Q4_0, 1, 1024);
        product("product of 64 rows, Q4_0", QuantTypes.Q4_0, 64, 128);
        product("product of one row, Q6_K", QuantTypes.Q6_K, 1, 512);
        attention("attention of one row, Q4_0", layer, 1);
        attention("attention of 64 rows, Q4_0", layer, 64);
        norm();
    }

    /** Runs one of the works by its name, until the device is done. */
    void run(String work) {
        Runnable known = works.get(work);
        if (known == null) {
            throw new IllegalArgumentException("no work \"" + work + "\"; there are " + works.keySet());
        }
        known.run();
    }

    private void store(KvLayer layer, int rows) {
        Tensor k = gpu.input(rows, HEAD_DIM);
        Tensor v = gpu.input(rows, HEAD_DIM);
        sequence.reserve(rows);
        backend.ops().storeKv(layer, List.of(span(rows)), k, v);
        gpu.await(k);
        sequence.advance(rows);
    }

    private KvSpan span(int rows) {
        return KvSpan.causal(0, rows, sequence.length(), sequence.tables());
    }

    private void product(String name, QuantType type, int rows, int outputs) {
        int columns = type.equals(QuantTypes.Q6_K) ? 1024 : HIDDEN;
        Tensor w;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment blocks = arena.allocate(type.bytes((long) outputs * columns), 64);
            w = backend.upload(new GgufTensor("w", type, GgufShape.of(columns, outputs), blocks));
        }
        Tensor x = gpu.input(rows, columns);
        Tensor y = gpu.room(rows, outputs);
        gpu.await(y);
        works.put(name, () -> {
            backend.ops().matmul(y, w, x);
            gpu.await(y);
        });
    }

    private void attention(String name, KvLayer layer, int rows) {
        Tensor q = gpu.input(rows, HEADS * HEAD_DIM);
        Tensor k = gpu.input(rows, HEAD_DIM);
        Tensor v = gpu.input(rows, HEAD_DIM);
        Tensor y = gpu.room(rows, HEADS * HEAD_DIM);
        works.put(name, () -> {
            backend.ops().attend(y, layer, List.of(span(rows)), q, k, v, 0.0625f);
            gpu.await(y);
        });
    }

    private void norm() {
        Tensor x = gpu.input(256, HIDDEN);
        Tensor w = gpu.input(1, HIDDEN);
        Tensor y = gpu.room(256, HIDDEN);
        works.put("norm of 256 rows", () -> {
            backend.ops().rmsNorm(y, x, w, 1e-6f);
            gpu.await(y);
        });
    }

    @Override
    public void close() {
        sequence.close();
        pool.close();
        gpu.close();
    }
}
