package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufException;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public API, on the embedded model. */
final class EngineTest {

    private static final EngineOptions SMALL =
            EngineOptions.embedded().withContextTokens(512).withThreads(2);

    private static GenerationRequest greedy(String question) {
        return GenerationRequest.chat(question).withSampling(SamplerOptions.greedy());
    }

    @Test
    void answersAQuestionAndStreamsIt() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            StringBuilder streamed = new StringBuilder();
            GenerationResult result = session.generate(greedy("What is jgemma?"), event -> {
                if (event instanceof GenerationEvent.Text(String text)) {
                    streamed.append(text);
                }
            });
            assertThat(result.text()).contains("inference engine").isEqualTo(streamed.toString());
            assertThat(result.finish()).isEqualTo(FinishReason.STOP);
            assertThat(result.timings().generatedTokens()).isEqualTo(result.ids().length);
        }
    }

    @Test
    void laterTurnsComputeOnlyWhatIsNew() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            GenerationResult first = session.generate(greedy("My name is Ada."), event -> {});
            List<ChatMessage> messages = List.of(
                    ChatMessage.user("My name is Ada."),
                    ChatMessage.assistant(first.text()),
                    ChatMessage.user("What is my name?"));
            GenerationResult second = session.generate(
                    GenerationRequest.chat(messages).withSampling(SamplerOptions.greedy()), event -> {});
            assertThat(second.text()).contains("Ada");
            assertThat(second.timings().cachedTokens()).isGreaterThanOrEqualTo(first.promptIds().length);
            assertThat(second.timings().cachedTokens() + second.timings().promptTokens())
                    .isEqualTo(second.promptIds().length);
        }
    }

    @Test
    void closingFreesEverything() {
        Engine engine = Engine.open(SMALL);
        Session session = engine.newSession();
        session.generate(greedy("Hello").withMaxTokens(3), event -> {});
        assertThat(engine.openBuffers()).isPositive();
        engine.close();
        engine.close();
        assertThat(engine.openBuffers()).isZero();
        assertThatThrownBy(() -> session.generate(greedy("Hello"), event -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(engine::newSession).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memoryIsWhatThePlanSays() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            long buffers = MemoryEstimate.of(engine.file(), SMALL).bufferBytes();
            MemoryPlan plan = MemoryEstimate.of(engine.file(), SMALL.withContextTokens(300));
            session.evaluate(new int[300], i -> false, (i, logits) -> {});
            assertThat(engine.memory().kvBytes()).isEqualTo(plan.kvBytes());
            assertThat(engine.memory().bufferBytes()).isEqualTo(buffers);
            assertThat(engine.memory().ofDevices())
                    .containsOnly(Map.entry("cpu", engine.memory().copiedBytes() + plan.kvBytes() + buffers));
        }
    }

    @Test
    void theSameSeedGivesTheSameText() {
        GenerationRequest request = GenerationRequest.chat("Tell me a story.")
                .withSampling(
                        SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(42))
                .withMaxTokens(40);
        try (Engine engine = Engine.open(SMALL)) {
            int[] one = engine.newSession().generate(request, event -> {}).ids();
            int[] two = engine.newSession().generate(request, event -> {}).ids();
            assertThat(one).isEqualTo(two);
        }
    }

    @Test
    void cancelEndsAnAnswerAndKeepsTheSession() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            GenerationResult cut = session.generate(greedy("Tell me a story."), event -> {
                if (event instanceof GenerationEvent.Text) {
                    session.cancel();
                }
            });
            assertThat(cut.finish()).isEqualTo(FinishReason.CANCELLED);
            assertThat(session.generate(greedy("Hello"), event -> {}).finish()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void aListenerThatThrowsLeavesASoundSession() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            String expected =
                    engine.newSession().generate(greedy("Hello"), event -> {}).text();
            assertThatThrownBy(() -> session.generate(greedy("Tell me a story."), event -> {
                        if (event instanceof GenerationEvent.Text) {
                            throw new IllegalArgumentException("enough");
                        }
                    }))
                    .hasMessage("enough");
            assertThat(session.tokens()).hasSize(session.position());
            assertThat(session.generate(greedy("Hello"), event -> {}).text()).isEqualTo(expected);
        }
    }

    @Test
    void limitsAreNamed() {
        try (Engine engine = Engine.open(SMALL.withContextTokens(40));
                Session session = engine.newSession()) {
            assertThatThrownBy(() -> session.generate(greedy("word ".repeat(100)), event -> {}))
                    .isInstanceOf(ContextExceededException.class)
                    .hasMessageContaining("context holds 40");
            GenerationResult full = session.generate(greedy("Hello").withIgnoreEnd(true), event -> {});
            assertThat(full.finish()).isEqualTo(FinishReason.CONTEXT_FULL);
            assertThat(session.position()).isEqualTo(40);
            GenerationResult short3 = session.generate(greedy("Hello").withMaxTokens(3), event -> {});
            assertThat(short3.finish()).isEqualTo(FinishReason.LENGTH);
            assertThat(short3.ids()).hasSize(3);
        }
    }

    @Test
    void stopStringsEndTheAnswerAndAreNoPartOfIt() {
        try (Engine engine = Engine.open(SMALL);
                Session session = engine.newSession()) {
            GenerationResult result =
                    session.generate(greedy("What is jgemma?").withStops(List.of(" written")), event -> {});
            assertThat(result.text()).endsWith("engine").doesNotContain("written");
            assertThat(result.finish()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void theModelCallsAToolAndUsesItsResult() {
        Map<String, Object> city = Map.of("type", "string", "description", "Name of the city");
        ToolDefinition weather = new ToolDefinition(
                "get_weather",
                "Get the current weather in a city",
                Map.of("type", "object", "properties", Map.of("city", city), "required", List.of("city")));
        try (Engine engine = Engine.open(SMALL.withContextTokens(1024));
                Session session = engine.newSession()) {
            List<ChatMessage> messages = new ArrayList<>();
            messages.add(ChatMessage.user("What is the weather in Paris?"));
            GenerationResult call = session.generate(
                    GenerationRequest.of(new Prompt.Chat(messages, List.of(weather), Map.of()))
                            .withSampling(SamplerOptions.greedy()),
                    event -> {});
            assertThat(call.finish()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(call.toolCalls()).singleElement().satisfies(made -> {
                assertThat(made.name()).isEqualTo("get_weather");
                assertThat(made.arguments()).containsEntry("city", "Paris");
            });
            assertThat(call.text()).isBlank();
        }
    }

    @Test
    void sessionsOnSeveralThreadsDoNotDisturbEachOther() throws Exception {
        try (Engine engine = Engine.open(SMALL);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<String> questions = List.of("Hello", "What is jgemma?", "Tell me a story.");
            List<String> alone = new ArrayList<>();
            for (String question : questions) {
                try (Session session = engine.newSession()) {
                    alone.add(session.generate(greedy(question), event -> {}).text());
                }
            }
            List<Callable<String>> tasks = new ArrayList<>();
            for (String question : questions) {
                tasks.add(() -> {
                    try (Session session = engine.newSession()) {
                        return session.generate(greedy(question), event -> {}).text();
                    }
                });
            }
            List<String> together = new ArrayList<>();
            for (Future<String> answer : threads.invokeAll(tasks)) {
                together.add(answer.get());
            }
            assertThat(together).isEqualTo(alone);
        }
    }

    @Test
    void whatIsNoModelIsRefusedInOneLine(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "These are my notes, and no model.");
        assertThatThrownBy(() -> Engine.open(text))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("notes.txt")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        try (GgufFile embedded = Engine.openFile(null)) {
            assertThat(Engine.specOf(embedded).architecture()).isEqualTo("gemma3");
        }
        assertThatThrownBy(() -> Engine.open(SMALL.withKernels(KernelSet.of("magic"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("magic");
        assertThatThrownBy(() -> Engine.open(SMALL.withKvTypes(QuantTypes.Q4_K, QuantTypes.F16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q4_K");
    }
}
