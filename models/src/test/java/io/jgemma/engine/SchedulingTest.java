package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.generation.EventReader;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Pooling;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many generations at once, on the embedded model: memory, prefixes, cancelling and closing. */
@Timeout(60)
final class SchedulingTest {

    private static final EngineOptions SMALL =
            EngineOptions.embedded().withContextTokens(512).withThreads(2);

    /** More than the model ever says. */
    private static GenerationRequest endless(String question) {
        return GenerationRequest.chat(question).toBuilder()
                .sampling(SamplerOptions.greedy())
                .ignoreEnd(true)
                .build();
    }

    private static long bytesOfOne(EngineOptions options, int tokens) {
        try (Engine engine = Engine.open(options)) {
            return KvPlan.of(engine.spec(), QuantTypes.F16, QuantTypes.F16).peakBytes(tokens);
        }
    }

    @Test
    void whoeverOutgrowsTheMemoryWaitsAndSaysTheSame() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(endless("Tell me a story about " + i).withMaxTokens(280));
        }
        List<String> alone = new ArrayList<>();
        try (Engine engine = Engine.open(SMALL)) {
            requests.forEach(request -> alone.add(engine.submit(request).join().text()));
        }
        EngineOptions tight =
                SMALL.toBuilder().kvMemoryBytes(2 * bytesOfOne(SMALL, 512)).build();
        try (Engine engine = Engine.open(tight)) {
            List<GenerationHandle> handles = new ArrayList<>();
            requests.forEach(request -> handles.add(engine.submit(request)));
            List<String> together = new ArrayList<>();
            handles.forEach(handle -> together.add(handle.join().text()));
            assertThat(together).isEqualTo(alone);
            EngineStatus status = engine.status();
            assertThat(status.kv().usedBytes()).isZero();
            assertThat(status.kv().cachedBytes())
                    .isLessThanOrEqualTo(status.kv().limitBytes());
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
        }
    }

    @Test
    void noMoreRunThanMayRunAtTheSameTime() {
        try (Engine engine = Engine.open(SMALL.toBuilder().maxRunning(1).build())) {
            List<GenerationHandle> handles = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                handles.add(engine.submit(endless("Tell me a story about " + i).withMaxTokens(20)));
            }
            handles.forEach(GenerationHandle::join);
            // One row of one answer in each step: the first token comes with the prompt.
            assertThat(engine.status().steps()).isGreaterThanOrEqualTo(4 * 20);
        }
    }

    @Test
    void noMoreIsKeptOfEarlierPromptsThanMayBe() {
        long some = 2 * bytesOfOne(SMALL, 100);
        assertThat(keptAfterAnswers(SMALL)).isGreaterThan(some);
        assertThat(keptAfterAnswers(SMALL.toBuilder().prefixMemoryBytes(some).build()))
                .isPositive()
                .isLessThanOrEqualTo(some);
        assertThat(keptAfterAnswers(SMALL.toBuilder().prefixMemoryBytes(0).build()))
                .isZero();
    }

    private static long keptAfterAnswers(EngineOptions options) {
        try (Engine engine = Engine.open(options)) {
            for (int i = 0; i < 8; i++) {
                engine.submit(endless(i + " is a number").withMaxTokens(90)).join();
            }
            return engine.status().kv().cachedBytes();
        }
    }

    @Test
    void whatCanNeverFitIsRefusedWithTheFigures() {
        EngineOptions tiny =
                SMALL.toBuilder().kvMemoryBytes(bytesOfOne(SMALL, 100)).build();
        try (Engine engine = Engine.open(tiny)) {
            int[] ids = new int[400];
            assertThatThrownBy(() -> engine.submit(GenerationRequest.of(new Prompt.Tokens(ids))))
                    .isInstanceOfSatisfying(MemoryExceededException.class, e -> {
                        assertThat(e.limit().orElseThrow().what()).isEqualTo(EngineException.Limited.KV_BYTES);
                        assertThat(e.limit().orElseThrow().allowed())
                                .isEqualTo(tiny.kvMemoryBytes().orElseThrow());
                        assertThat(e.fittingTokens()).isBetween(1, 399);
                    });
            GenerationResult full = engine.submit(endless("Hello")).join();
            assertThat(full.finish()).isEqualTo(FinishReason.CONTEXT_FULL);
        }
    }

    @Test
    void aPrefixThatTwoShareIsComputedOnce() {
        try (Engine engine = Engine.open(SMALL)) {
            int[] one = new int[400];
            for (int i = 0; i < one.length; i++) {
                one[i] = 3 + i % 50;
            }
            int[] two = one.clone();
            two[390] = 70;
            GenerationHandle first =
                    engine.submit(GenerationRequest.of(new Prompt.Tokens(one)).withMaxTokens(2));
            GenerationHandle second =
                    engine.submit(GenerationRequest.of(new Prompt.Tokens(two)).withMaxTokens(2));
            first.join();
            second.join();
            assertThat(engine.status().promptTokens()).isLessThan(400 + 64);
            assertThat(second.join().cachedTokens()).isGreaterThan(300);
            // What has ended is found as well.
            assertThat(engine.submit(
                                    GenerationRequest.of(new Prompt.Tokens(one)).withMaxTokens(1))
                            .join()
                            .cachedTokens())
                    .isGreaterThan(300);
        }
    }

    @Test
    void whoeverWaitsForAPrefixThatIsGivenUpComputesItAlone() throws Exception {
        String common = "and so on ".repeat(100);
        try (Engine engine = Engine.open(SMALL.toBuilder().microBatchTokens(32).build())) {
            GenerationHandle first = engine.submit(endless(common + "one").withMaxTokens(5));
            EventReader read = first.reader();
            assertThat(read.hasNext()).isTrue();
            GenerationHandle second = engine.submit(endless(common + "two").withMaxTokens(5));
            for (int i = 0; i < 4; i++) {
                assertThat(read.next()).isInstanceOf(GenerationEvent.PromptProgress.class);
            }
            first.cancel();
            assertThat(second.result().get(60, TimeUnit.SECONDS).generatedTokens())
                    .isEqualTo(5);
            assertThat(first.join().finish()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    @Test
    void cancelHoldsBeforeTheFirstTokenAndBeforeGenerate() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            GenerationHandle handle = engine.submit(endless("Hello"));
            handle.cancel();
            assertThat(handle.join().finish()).isEqualTo(FinishReason.CANCELLED);
            session.cancel();
            assertThat(session.generate(endless("Hello"), event -> {}).finish()).isEqualTo(FinishReason.CANCELLED);
            assertThat(session.generate(endless("Hello").withMaxTokens(3), event -> {})
                            .finish())
                    .isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void anInterruptAndADeadlineEndAGeneration() throws InterruptedException {
        try (Engine engine = Engine.open(SMALL.withContextTokens(0));
                Session session = engine.newSession()) {
            AtomicReference<GenerationResult> result = new AtomicReference<>();
            AtomicReference<Boolean> still = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread thread = Thread.ofPlatform().start(() -> {
                result.set(session.generate(endless("Hello"), event -> begun.countDown()));
                still.set(Thread.currentThread().isInterrupted());
            });
            begun.await();
            thread.interrupt();
            thread.join();
            assertThat(result.get().finish()).isEqualTo(FinishReason.CANCELLED);
            assertThat(still.get()).isTrue();
            GenerationRequest late =
                    endless("Hello").toBuilder().deadline(Duration.ofMillis(1)).build();
            assertThat(engine.submit(late).join().finish()).isEqualTo(FinishReason.DEADLINE);
        }
    }

    @Test
    void closingAnEngineEndsWhatItDoesAndFreesEverything() throws Exception {
        Engine engine = Engine.open(SMALL.withContextTokens(0));
        List<CompletableFuture<GenerationResult>> results = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            Session session = engine.newSession();
            String question = "Hello " + i;
            results.add(CompletableFuture.supplyAsync(
                    () -> session.generate(endless(question), event -> {
                        if (event instanceof GenerationEvent.Token) {
                            begun.countDown();
                        }
                    }),
                    work -> Thread.ofPlatform().start(work)));
        }
        GenerationHandle handle = engine.submit(endless("Hello"));
        begun.await();
        Thread second = Thread.ofPlatform().start(engine::close);
        engine.close();
        second.join();
        assertThat(engine.openBuffers()).isZero();
        for (CompletableFuture<GenerationResult> result : results) {
            assertThat(result.get(10, TimeUnit.SECONDS).finish()).isEqualTo(FinishReason.CANCELLED);
        }
        assertThat(handle.join().finish()).isEqualTo(FinishReason.CANCELLED);
        assertThatThrownBy(() -> engine.submit(endless("Hello"))).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void aListenerMayCloseItsSession() {
        try (Engine engine = Engine.open(SMALL)) {
            Session session = engine.newSession();
            GenerationResult result = session.generate(endless("Hello"), event -> session.close());
            assertThat(result.finish()).isIn(FinishReason.CANCELLED, FinishReason.CONTEXT_FULL);
            assertThatThrownBy(() -> session.generate(endless("Hello"), event -> {}))
                    .isInstanceOf(EngineClosedException.class);
            engine.forgetPrefixes();
            assertThat(engine.pagesInUse()).isZero();
        }
    }

    /** Closing while a session generates on another thread; {@code -Djgemma.long=true} does it 300 times. */
    @Test
    void roundsOfOpeningAndClosingLeaveNoThreadAndNoMemory() throws Exception {
        int rounds = Boolean.getBoolean("jgemma.long") ? 300 : 12;
        int warm = rounds / 4;
        int threads = 0;
        long bytes = 0;
        for (int round = 0; round < rounds; round++) {
            openGenerateClose();
            if (round == warm) {
                threads = Thread.activeCount();
                bytes = residentBytes();
            }
        }
        long grown = residentBytes() - bytes;
        System.getLogger(SchedulingTest.class.getName())
                .log(System.Logger.Level.INFO, "{0} rounds: {1} MiB more than after {2}", rounds, grown >> 20, warm);
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
        if (rounds >= 300) {
            assertThat(grown).isLessThan(64L << 20);
        }
    }

    private static void openGenerateClose() throws InterruptedException {
        Engine engine = Engine.open(SMALL);
        engine.submit(endless("Hello"));
        Session session = engine.newSession();
        CountDownLatch begun = new CountDownLatch(1);
        Thread other = Thread.ofPlatform()
                .start(() -> session.generate(endless("Hello").withMaxTokens(1_000_000), event -> begun.countDown()));
        begun.await();
        engine.close();
        other.join();
        engine.close();
        assertThat(engine.openBuffers()).isZero();
    }

    /** Memory of this process that is in RAM; 0 where the system does not say. */
    private static long residentBytes() throws IOException {
        Path statm = Path.of("/proc/self/statm");
        if (!Files.exists(statm)) {
            return 0;
        }
        System.gc();
        return Long.parseLong(Files.readString(statm).split(" ", -1)[1]) * 4096;
    }

    @Test
    void everySubscriberSeesAllEvents() throws Exception {
        try (Engine engine = Engine.open(SMALL)) {
            GenerationHandle handle = engine.submit(endless("Hello").withMaxTokens(5));
            List<GenerationEvent> read = new ArrayList<>();
            handle.forEach(read::add);
            CompletableFuture<List<GenerationEvent>> subscribed = new CompletableFuture<>();
            handle.events().subscribe(new Flow.Subscriber<>() {
                private final List<GenerationEvent> seen = new ArrayList<>();
                private Flow.Subscription subscription = new Flow.Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                };

                @Override
                public void onSubscribe(Flow.Subscription s) {
                    subscription = s;
                    s.request(1);
                }

                @Override
                public void onNext(GenerationEvent event) {
                    seen.add(event);
                    subscription.request(1);
                }

                @Override
                public void onError(Throwable failure) {
                    subscribed.completeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    subscribed.complete(seen);
                }
            });
            assertThat(subscribed.get(10, TimeUnit.SECONDS)).isEqualTo(read);
            assertThat(read.stream().filter(GenerationEvent.Token.class::isInstance))
                    .hasSize(5);
            assertThat(handle.result().get().ids()).hasSize(5);
        }
    }

    @Test
    void guessesDoNotChangeTheText() {
        String code = "one two three four five six seven eight nine ten ".repeat(6);
        for (SamplerOptions sampling : List.of(
                SamplerOptions.greedy(),
                SamplerOptions.builder()
                        .topK(64)
                        .topP(0.95f)
                        .build()
                        .withTopK(2)
                        .withSeed(3))) {
            try (Engine engine = Engine.open(SMALL)) {
                GenerationRequest plain = GenerationRequest.text(code).toBuilder()
                        .sampling(sampling)
                        .ignoreEnd(true)
                        .maxTokens(60)
                        .build();
                int[] expected = engine.submit(plain).join().ids();
                int[] guessed = engine.submit(
                                plain.toBuilder().speculation(Speculation.NGRAM).build())
                        .join()
                        .ids();
                assertThat(guessed).isEqualTo(expected);
                assertThat(engine.status().proposedTokens()).isPositive();
            }
        }
    }

    @Test
    void aTextBecomesAVector() {
        try (Engine engine = Engine.open(SMALL)) {
            Prompt text = new Prompt.Text("A text to look for.");
            float[] mean = engine.embed(text, Pooling.MEAN);
            float[] last = engine.embed(text, Pooling.LAST);
            assertThat(mean).hasSize(engine.spec().hidden()).isNotEqualTo(last);
            assertThat(engine.embed(text, Pooling.MEAN)).isEqualTo(mean);
            assertThat(engine.countTokens(text)).isEqualTo(engine.encode(text).length);
        }
    }
}
