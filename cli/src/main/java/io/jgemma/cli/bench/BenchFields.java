package io.jgemma.cli.bench;

import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** A result as named values: llama-bench's names and order, its machine-dependent switches left out. */
final class BenchFields {
    private BenchFields() {}

    /** The values that have one number or text each. Numbers are {@link Number}s, the rest text or truth. */
    static Map<String, Object> of(BenchResult result) {
        BenchSetup setup = result.setup();
        BenchTest test = result.test();
        BenchSamples samples = result.samples();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("build_version", setup.version());
        fields.put("cpu_info", setup.cpu());
        fields.put("backends", setup.backend());
        fields.put("kernels", setup.kernels());
        fields.put("model_filename", setup.modelFile());
        fields.put("model_type", setup.modelType());
        fields.put("model_size", setup.modelBytes());
        fields.put("model_n_params", setup.modelParameters());
        fields.put("n_batch", setup.batchTokens());
        fields.put("n_ubatch", setup.microBatchTokens());
        fields.put("n_threads", setup.threads());
        fields.put("type_k", setup.keyType());
        fields.put("type_v", setup.valueType());
        fields.put("flash_attn", true);
        fields.put("n_prompt", test.promptTokens());
        fields.put("n_gen", test.generatedTokens());
        fields.put("n_depth", test.depthTokens());
        fields.put("test_time", result.started().truncatedTo(ChronoUnit.SECONDS).toString());
        fields.put("avg_ns", Math.round(samples.averageNanos()));
        fields.put("stddev_ns", Math.round(samples.deviationNanos()));
        fields.put("avg_ts", rounded(samples.averageTokensPerSecond()));
        fields.put("stddev_ts", rounded(samples.deviationTokensPerSecond()));
        return fields;
    }

    /** Six decimals, as llama-bench writes them. */
    static double rounded(double tokensPerSecond) {
        return Math.round(tokensPerSecond * 1e6) / 1e6;
    }
}
