package io.jgemma.server.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.Timings;
import io.jgemma.server.json.Json;

/** What an answer took, by llama.cpp's names. */
public final class TimingsJson {
    private static final double NANOS_PER_MS = 1e6;

    private TimingsJson() {}

    /** {@code timings}. */
    public static ObjectNode of(Timings timings) {
        ObjectNode json = Json.object();
        json.put("cache_n", timings.cachedTokens());
        json.put("prompt_n", timings.promptTokens());
        put(json, "prompt", timings.promptNanos(), timings.promptTokensPerSecond());
        json.put("predicted_n", timings.generatedTokens());
        put(json, "predicted", timings.generateNanos(), timings.generatedTokensPerSecond());
        return json;
    }

    private static void put(ObjectNode json, String what, long nanos, double perSecond) {
        json.put(what + "_ms", nanos / NANOS_PER_MS);
        json.put(what + "_per_token_ms", perSecond == 0 ? 0 : 1000 / perSecond);
        json.put(what + "_per_second", perSecond);
    }

    /** {@code prompt_progress}. */
    public static ObjectNode progress(GenerationEvent.PromptProgress progress) {
        ObjectNode json = Json.object();
        json.put("total", progress.total());
        json.put("cache", progress.cached());
        json.put("processed", progress.done());
        json.put("time_ms", Math.round(progress.elapsedNanos() / NANOS_PER_MS));
        return json;
    }
}
