package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.EngineStatus;
import io.jgemma.engine.MemoryUse;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.Models;
import java.util.Optional;

/** Memory of a loaded model in bytes, by the names that the metrics have. */
final class MemoryJson {
    private MemoryJson() {}

    /** Empty when the model is not loaded. */
    static Optional<ObjectNode> of(Models.Entry entry) {
        return entry.memory().flatMap(memory -> entry.status().map(status -> of(memory, status.kv())));
    }

    private static ObjectNode of(MemoryUse memory, EngineStatus.KvUse kv) {
        ObjectNode json = Json.object();
        json.put("weights", memory.weightsBytes());
        json.put("copied", memory.copiedBytes());
        json.put("buffers", memory.bufferBytes());
        json.put("kv_used", kv.usedBytes());
        json.put("kv_cached", kv.cachedBytes());
        json.put("kv_limit", kv.limitBytes());
        return json;
    }
}
