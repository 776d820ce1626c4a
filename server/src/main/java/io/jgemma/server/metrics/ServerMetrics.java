package io.jgemma.server.metrics;

import io.jgemma.engine.EngineStatus;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Timings;
import io.jgemma.server.models.ModelState;
import io.jgemma.server.models.Models;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.RunListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/** What a server counts: under llama.cpp's names where it has them, under {@code jgemma_} for the rest. */
public final class ServerMetrics implements RunListener, AutoCloseable {
    /** Of {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double NANOS = 1e9;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Models models;
    private final Timer firstToken;
    private final Timer nextToken;
    private final DistributionSummary promptTokens;
    private final Counter promptSeconds;
    private final Counter cachedPrompts;
    private final Counter predicted;
    private final Counter predictedSeconds;
    private final Counter prompts;
    private final MultiGauge devices;
    private final double[] lastSpeeds = new double[2];
    private final AtomicInteger mostTokens = new AtomicInteger();
    private final Instant began = Instant.now();

    /** Metrics of a server. */
    public ServerMetrics(Models models, Admission admission) {
        this.models = models;
        firstToken = histogram("jgemma.time.to.first.token", "From the request to the first token of an answer", 600);
        nextToken = histogram("jgemma.time.between.tokens", "Between a token of an answer and the next", 10);
        promptTokens = DistributionSummary.builder("jgemma.prompt.tokens")
                .description("Tokens of prompts, cached ones included")
                .serviceLevelObjectives(128, 512, 2048, 8192, 32768, 131072)
                .register(registry);
        prompts = counter("llamacpp:prompt_tokens", "Prompt tokens computed");
        cachedPrompts = counter("llamacpp:prompt_tokens_cached", "Prompt tokens not computed because they were cached");
        promptSeconds = counter("llamacpp:prompt_seconds", "Time in which prompt tokens were computed");
        predicted = counter("llamacpp:tokens_predicted", "Tokens generated");
        predictedSeconds = counter("llamacpp:tokens_predicted_seconds", "Time in which tokens were generated");
        gauge("llamacpp:prompt_tokens_seconds", "Prompt tokens per second of the last answer", m -> m.lastSpeed(0));
        gauge(
                "llamacpp:predicted_tokens_seconds",
                "Generated tokens per second of the last answer",
                m -> m.lastSpeed(1));
        gauge("llamacpp:n_tokens_max", "Tokens of the longest prompt and its answer so far", m -> m.mostTokens.get());
        Gauge.builder("jgemma.requests", admission, Admission::taken)
                .description("Requests worked on or waiting")
                .register(registry);
        ofEngines("llamacpp:requests_processing", "Answers being generated", EngineStatus::running);
        ofEngines("llamacpp:requests_deferred", "Answers that wait for memory or their turn", EngineStatus::waiting);
        total("llamacpp:n_decode", "Steps, each a pass through the model", EngineStatus::steps);
        total("jgemma.step.rows", "Rows of all steps", EngineStatus::rows);
        total("jgemma.step.seconds", "Time of all steps", status -> status.stepNanos() / NANOS);
        ofEngines(
                "llamacpp:n_busy_slots_per_decode",
                "Rows of a step on average",
                status -> status.steps() == 0 ? 0 : (double) status.rows() / status.steps());
        total("jgemma.prefix.hits", "Prompts of which a beginning was cached", EngineStatus::prefixHits);
        total(
                "jgemma.prefix.tokens",
                "Prompt tokens not computed because they were cached",
                EngineStatus::cachedTokens);
        total(
                "llamacpp:spec_decode_num_draft_tokens",
                "Tokens that speculation proposed",
                EngineStatus::proposedTokens);
        total("llamacpp:spec_decode_num_accepted_tokens", "Of those, that proved right", EngineStatus::acceptedTokens);
        kv("used", status -> status.kv().usedBytes());
        kv("cached", status -> status.kv().cachedBytes());
        kv("free", status -> status.kv().freeBytes());
        Gauge.builder("jgemma.models.loaded", models, ServerMetrics::loaded)
                .description("Models in memory")
                .register(registry);
        memory("weights", use -> use.weightsBytes());
        memory("copied", use -> use.copiedBytes());
        memory("kv", use -> use.kvBytes());
        memory("buffers", use -> use.bufferBytes());
        devices = MultiGauge.builder("jgemma.device.memory.bytes")
                .description("Memory of loaded models on each device, without the mapped files")
                .register(registry);
    }

    /** Adds how many connections are open. */
    public void connections(IntSupplier open) {
        Gauge.builder("jgemma.connections", open::getAsInt)
                .description("Open connections")
                .register(registry);
    }

    private Timer histogram(String name, String description, int mostSeconds) {
        return Timer.builder(name)
                .description(description)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(mostSeconds))
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<ServerMetrics> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    private void ofEngines(String name, String description, ToDoubleFunction<EngineStatus> value) {
        Gauge.builder(name, models, all -> sum(all, value))
                .description(description)
                .register(registry);
    }

    private void total(String name, String description, ToDoubleFunction<EngineStatus> value) {
        FunctionCounter.builder(name, models, all -> sum(all, value))
                .description(description)
                .register(registry);
    }

    private void kv(String what, ToDoubleFunction<EngineStatus> value) {
        Gauge.builder("jgemma.kv.bytes", models, all -> sum(all, value))
                .tag("state", what)
                .description("Memory of K and V")
                .register(registry);
    }

    private void memory(String what, ToDoubleFunction<MemoryUse> value) {
        Gauge.builder("jgemma.memory.bytes", models, all -> sumOfMemory(all, value))
                .tag("of", what)
                .description("Memory of loaded models")
                .register(registry);
    }

    private static double sum(Models models, ToDoubleFunction<EngineStatus> value) {
        return models.list().stream()
                .flatMap(entry -> entry.status().stream())
                .mapToDouble(value)
                .sum();
    }

    private static double sumOfMemory(Models models, ToDoubleFunction<MemoryUse> value) {
        return models.list().stream()
                .flatMap(entry -> entry.memory().stream())
                .mapToDouble(value)
                .sum();
    }

    private static double loaded(Models models) {
        return models.list().stream()
                .filter(entry -> entry.state() == ModelState.LOADED)
                .count();
    }

    private double lastSpeed(int which) {
        synchronized (lastSpeeds) {
            return lastSpeeds[which];
        }
    }

    @Override
    public void firstToken(long nanos) {
        firstToken.record(Duration.ofNanos(nanos));
    }

    @Override
    public void nextToken(long nanos) {
        nextToken.record(Duration.ofNanos(nanos));
    }

    @Override
    public void embedded(int tokens, long nanos) {
        promptTokens.record(tokens);
        prompts.increment(tokens);
        promptSeconds.increment(nanos / NANOS);
        mostTokens.accumulateAndGet(tokens, Math::max);
    }

    @Override
    public void ended(GenerationResult result) {
        Timings timings = result.timings();
        promptTokens.record(result.promptTokens());
        prompts.increment(timings.promptTokens());
        cachedPrompts.increment(timings.cachedTokens());
        promptSeconds.increment(timings.promptNanos() / NANOS);
        mostTokens.accumulateAndGet(result.promptTokens() + result.generatedTokens(), Math::max);
        predicted.increment(timings.generatedTokens());
        predictedSeconds.increment(timings.generateNanos() / NANOS);
        synchronized (lastSpeeds) {
            lastSpeeds[0] = timings.promptTokensPerSecond();
            lastSpeeds[1] = timings.generatedTokensPerSecond();
        }
        registry.counter("jgemma.answers", "finish", name(result.finish())).increment();
    }

    private static String name(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** When counting began. */
    public Instant began() {
        return began;
    }

    /** All of it, in Prometheus' text format. */
    public String scrape() {
        Map<String, Long> bytes = new TreeMap<>();
        models.list().stream()
                .flatMap(entry -> entry.memory().stream())
                .forEach(use -> use.ofDevices().forEach((device, size) -> bytes.merge(device, size, Long::sum)));
        devices.register(
                bytes.entrySet().stream()
                        .map(entry -> MultiGauge.Row.of(Tags.of("device", entry.getKey()), entry.getValue()))
                        .toList(),
                true);
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
