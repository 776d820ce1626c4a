package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random requests, many at a time, in memory for 8: with cancels, deadlines, forks and closes. Every one ends as it should, nothing is
 * left, and a second time gives the same texts. {@code -Djgemma.long=true} makes it 1,000 requests.
 */
@Timeout(600)
final class StressTest {

    private static final int REQUESTS = Boolean.getBoolean("jgemma.long") ? 1000 : 80;
    private static final int AT_A_TIME = 64;

    private static final EngineOptions OPTIONS =
            EngineOptions.embedded().withContextTokens(256).withThreads(2);

    private enum Way {
        SUBMIT,
        SESSION,
        FORK,
        CANCEL,
        DEADLINE,
        CLOSE
    }

    private static String end(GenerationResult result, GenerationRequest request) {
        switch (result.finish()) {
            case LENGTH -> assertThat(result.ids()).hasSize(request.maxTokens().orElseThrow());
            case CONTEXT_FULL ->
                assertThat(result.promptTokens() + result.generatedTokens()).isEqualTo(257);
            case STOP -> assertThat(result.ids()).isNotEmpty();
            default -> throw new AssertionError("nobody ended it, and yet: " + result.finish());
        }
        return result.finish() + " " + result.text();
    }

    private static String run(Engine engine, int number) throws InterruptedException {
        Random random = new Random(number);
        Way way = Way.values()[random.nextInt(Way.values().length)];
        String text = "Story " + random.nextInt(20) + ": " + "and so on ".repeat(random.nextInt(30));
        GenerationRequest request = GenerationRequest.text(text).toBuilder()
                .sampling(SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(number))
                .maxTokens(1 + random.nextInt(60))
                .speculation(number % 3 == 0 ? Speculation.NGRAM : Speculation.NONE)
                .build();
        switch (way) {
            case SUBMIT -> {
                return end(engine.submit(request).join(), request);
            }
            case SESSION -> {
                try (Session session = engine.newSession()) {
                    return end(session.generate(request, event -> {}), request);
                }
            }
            case FORK -> {
                try (Session session = engine.newSession()) {
                    session.evaluate(engine.encode(request.prompt()), i -> false, (i, logits) -> {});
                    try (Session fork = session.fork()) {
                        return end(fork.generate(request, event -> {}), request);
                    }
                }
            }
            case CANCEL -> {
                GenerationHandle handle = engine.submit(request);
                Thread.sleep(random.nextInt(5));
                handle.cancel();
                assertThat(handle.join().finish()).isNotEqualTo(FinishReason.DEADLINE);
            }
            case DEADLINE -> {
                GenerationRequest late = request.toBuilder()
                        .deadline(Duration.ofMillis(1 + random.nextInt(40)))
                        .build();
                assertThat(engine.submit(late).join().finish()).isNotEqualTo(FinishReason.CANCELLED);
            }
            case CLOSE -> {
                Session session = engine.newSession();
                session.generate(request, event -> session.close());
            }
        }
        return way.toString();
    }

    private static List<String> all(long kvBytes) throws Exception {
        List<String> texts = new ArrayList<>();
        Engine engine = Engine.open(OPTIONS.toBuilder().kvMemoryBytes(kvBytes).build());
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                int number = i;
                tasks.add(() -> run(engine, number));
            }
            for (Future<String> text : threads.invokeAll(tasks)) {
                texts.add(text.get());
            }
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
            assertThat(engine.status().running() + engine.status().waiting()).isZero();
        } finally {
            engine.close();
        }
        assertThat(engine.openBuffers()).isZero();
        return texts;
    }

    @Test
    void everyRequestEndsAndNothingIsLeft() throws Exception {
        long kvBytes;
        try (Engine engine = Engine.open(OPTIONS)) {
            kvBytes =
                    8 * KvPlan.of(engine.spec(), QuantTypes.F16, QuantTypes.F16).peakBytes(256);
        }
        assertThat(all(kvBytes)).isEqualTo(all(kvBytes));
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.equals("jgemma-scheduler"));
    }
}
