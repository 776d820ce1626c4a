package io.jgemma.engine.selftest;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Attention over K and V stored before, for every type of cache and the usual sizes of heads. */
final class AttentionCases {
    private static final int QUERY_HEADS = 8;

    /** The usual number; also one for each query head, and one for all. */
    private static final int KV_HEADS = 2;

    private static final int CHUNK = 256;

    /** Some pages, some tiles and a tail. */
    private static final int FEWEST_TOKENS = 600;

    private static final int MOST_TOKENS = 1 << 17;
    private static final int WINDOW = 300;
    private static final double BOUND = 1e-9;

    /** A number at the border of two codes may fall on either side, since devices round sums in another order. */
    private static final double QUANTIZED_BOUND = 1e-5;

    private AttentionCases() {}

    static List<SelfTestCase> all() {
        List<SelfTestCase> cases = new ArrayList<>();
        for (QuantType type : KvPlan.TYPES) {
            for (int rows : new int[] {1, 32}) {
                cases.add(of(type, KV_HEADS, 128, rows, 0));
            }
        }
        cases.add(of(QuantTypes.F16, KV_HEADS, 64, 1, 0));
        cases.add(of(QuantTypes.F16, KV_HEADS, 256, 1, 0));
        cases.add(of(QuantTypes.Q4_0, KV_HEADS, 64, 1, 0));
        cases.add(of(QuantTypes.Q4_0, KV_HEADS, 256, 1, 0));
        cases.add(of(QuantTypes.Q8_0, KV_HEADS, 64, 32, 0));
        cases.add(of(QuantTypes.F16, KV_HEADS, 72, 32, 0));
        cases.add(of(QuantTypes.F16, KV_HEADS, 256, 32, WINDOW));
        cases.add(of(QuantTypes.Q4_0, KV_HEADS, 256, 32, WINDOW));
        cases.add(of(QuantTypes.Q4_0, QUERY_HEADS, 128, 1, 0));
        cases.add(of(QuantTypes.Q4_0, 1, 128, 1, 0));
        return cases;
    }

    private static SelfTestCase of(QuantType type, int kvHeads, int dim, int rows, int window) {
        String name = "attention, K and V %s, %d heads of %d, %s%s"
                .formatted(
                        type.name(),
                        kvHeads,
                        dim,
                        rows == 1 ? "1 row" : rows + " rows",
                        window == 0 ? "" : ", window " + window);
        double bound = KvPlan.quantized(type) ? QUANTIZED_BOUND : BOUND;
        KvLayout layout = KvLayout.of(1, kvHeads, dim, dim, type, type, window);
        return new SelfTestCase(name, bound, (memory, bytes) -> attention(memory, layout, rows, bytes));
    }

    private static SelfTestCase.Work attention(SelfTestMemory memory, KvLayout layout, int rows, long bytes) {
        KvLayer layer = new KvLayer(layout, 0, 0);
        KvPool pool = memory.add(new KvPool(memory.backend(), new KvPlan(List.of(layout), List.of(0), List.of(layer))));
        KvSequence sequence = memory.add(pool.sequence());
        int tokens = Math.clamp((long) (bytes / layout.tokenBytes()), FEWEST_TOKENS, MOST_TOKENS);
        store(memory, layer, sequence, tokens);
        int keys = layout.kvHeads() * layout.keyDim();
        Tensor q = memory.input(rows, QUERY_HEADS * layout.keyDim());
        Tensor k = memory.input(rows, keys);
        Tensor v = memory.input(rows, layout.kvHeads() * layout.valueDim());
        Tensor y = memory.output(rows, QUERY_HEADS * layout.valueDim());
        List<KvSpan> spans = List.of(KvSpan.causal(0, rows, tokens, sequence.tables()));
        float scale = (float) (1 / Math.sqrt(layout.keyDim()));
        long moved = layout.window() > 0 ? 0 : (long) (tokens * layout.tokenBytes());
        return new SelfTestCase.Work(() -> memory.backend().ops().attend(y, layer, spans, q, k, v, scale), y, moved);
    }

    private static void store(SelfTestMemory memory, KvLayer layer, KvSequence sequence, int tokens) {
        KvLayout layout = layer.layout();
        Tensor k = memory.input(CHUNK, layout.kvHeads() * layout.keyDim());
        Tensor v = memory.input(CHUNK, layout.kvHeads() * layout.valueDim());
        for (int from = 0; from < tokens; from += CHUNK) {
            int rows = Math.min(CHUNK, tokens - from);
            sequence.reserve(rows);
            List<KvSpan> spans = List.of(KvSpan.causal(0, rows, from, sequence.tables()));
            memory.backend().ops().storeKv(layer, spans, k.slice(0, rows), v.slice(0, rows));
            sequence.advance(rows);
        }
    }
}
