package io.jgemma.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Several sequences at once, with llama-batched-bench's names.
 *
 * @param kernels CPU kernels asked for
 * @param promptTokens tokens of each prompt
 * @param generatedTokens tokens generated behind each
 * @param sequences how many at once
 * @param promptNanos time until the last prompt was read
 * @param generateNanos time from there to the end
 */
record ParallelResult(
        String kernels, int promptTokens, int generatedTokens, int sequences, long promptNanos, long generateNanos) {

    private static double perSecond(long tokens, long nanos) {
        return nanos <= 0 ? 0 : tokens * 1e9 / nanos;
    }

    /** Tokens of all sequences at the end. */
    long kvTokens() {
        return (long) sequences * (promptTokens + generatedTokens);
    }

    /** Tokens per second over everything. */
    double speed() {
        return perSecond(kvTokens(), promptNanos + generateNanos);
    }

    /** The values by name, in order. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("pp", promptTokens);
        fields.put("tg", generatedTokens);
        fields.put("pl", sequences);
        fields.put("n_kv", kvTokens());
        fields.put("t_pp", promptNanos / 1e9);
        fields.put("speed_pp", perSecond((long) sequences * promptTokens, promptNanos));
        fields.put("t_tg", generateNanos / 1e9);
        fields.put("speed_tg", perSecond((long) sequences * generatedTokens, generateNanos));
        fields.put("t", (promptNanos + generateNanos) / 1e9);
        fields.put("speed", speed());
        fields.put("kernels", kernels);
        return fields;
    }
}
