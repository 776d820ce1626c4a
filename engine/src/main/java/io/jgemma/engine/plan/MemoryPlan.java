package io.jgemma.engine.plan;

import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.nn.OutputHead;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.HashSet;
import java.util.Set;

/**
 * What a model needs before it is opened, in bytes.
 *
 * @param weightsBytes the model file
 * @param kvBytes K/V pages of one session with a full context; window layers keep their window only
 * @param bufferBytes working buffers
 * @param kvTokenBytes what each further token takes in the layers that see everything
 */
public record MemoryPlan(long weightsBytes, long kvBytes, long bufferBytes, double kvTokenBytes) {

    /**
     * The plan for a model.
     *
     * @param contextTokens context of a session; 0 = what the model was trained for
     * @param microBatchTokens rows computed together
     */
    public static MemoryPlan of(
            ModelSpec spec,
            long weightsBytes,
            int contextTokens,
            QuantType keyType,
            QuantType valueType,
            int microBatchTokens) {
        KvPlan kv = KvPlan.of(spec, keyType, valueType);
        int tokens = contextTokens > 0 ? contextTokens : spec.contextTokens();
        return new MemoryPlan(weightsBytes, kv.bytes(tokens), bufferBytes(spec, microBatchTokens), kv.tokenBytes());
    }

    /** All of it. */
    public long totalBytes() {
        return weightsBytes + kvBytes + bufferBytes;
    }

    /** Each distinct buffer of the blocks in {@code nn}, once: see {@link io.jgemma.engine.nn.Workspace}. */
    private static long bufferBytes(ModelSpec spec, int rows) {
        Set<String> names = new HashSet<>();
        Set<RopeSpec> ropes = new HashSet<>();
        long columns = 3L * spec.hidden();
        for (LayerSpec layer : spec.layers()) {
            columns += once(names, "q", layer.heads() * layer.keyDim());
            columns += once(names, "k", layer.kvHeads() * layer.keyDim());
            columns += once(names, "v", layer.kvHeads() * layer.valueDim());
            columns += once(names, "attn", layer.heads() * layer.valueDim());
            columns += once(names, "ffn_gate", layer.feedForward());
            columns += once(names, "ffn_up", layer.feedForward());
            columns += ropes.add(layer.rope()) ? layer.rope().rotatedDims() : 0;
        }
        long logits = (long) Math.min(OutputHead.MAX_ROWS, rows) * spec.vocabulary();
        return Float.BYTES * (columns * rows + logits);
    }

    private static int once(Set<String> names, String name, int columns) {
        return names.add(name + columns) ? columns : 0;
    }
}
