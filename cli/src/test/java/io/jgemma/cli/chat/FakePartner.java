package io.jgemma.cli.chat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.Session;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.generation.Timings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A model that says what it was told to say, and remembers what it was asked. */
final class FakePartner implements Partner {
    private static final String MAGIC = "JGEMMAKV";

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<GenerationRequest> requests = new ArrayList<>();
    private boolean cancelled;
    private int remembered;

    /** One answer. */
    record Answer(String reasoning, String text, List<ToolCall> calls, FinishReason finish, Runnable meanwhile) {}

    FakePartner says(String text) {
        return says("", text, List.of(), FinishReason.STOP);
    }

    FakePartner says(String reasoning, String text, List<ToolCall> calls, FinishReason finish) {
        answers.add(new Answer(reasoning, text, calls, finish, () -> {}));
        return this;
    }

    /** Starts to say {@code text}, and something happens in the middle. */
    FakePartner saysWhile(String text, Runnable meanwhile) {
        answers.add(new Answer("", text, List.of(), FinishReason.STOP, meanwhile));
        return this;
    }

    /** Answers with an error. */
    FakePartner fails(RuntimeException error) {
        return saysWhile("", () -> {
            throw error;
        });
    }

    List<GenerationRequest> requests() {
        return requests;
    }

    /** The conversation of the last request. */
    Prompt.Chat lastChat() {
        return (Prompt.Chat) requests.getLast().prompt();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String description() {
        return "a test";
    }

    @Override
    public String templateSource() {
        return "{% if enable_thinking %}";
    }

    @Override
    public int contextTokens() {
        return 4096;
    }

    @Override
    public int usedTokens() {
        return remembered;
    }

    @Override
    public MemoryUse memory() {
        return new MemoryUse(150L << 20, 0, 3L << 20, 2L << 20, Map.of());
    }

    @Override
    public GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
        requests.add(request);
        cancelled = false;
        remembered = 100 * requests.size();
        Answer answer = answers.remove();
        listener.accept(new GenerationEvent.PromptProgress(5, 10, 2, 1_000_000));
        if (!answer.reasoning().isEmpty()) {
            listener.accept(new GenerationEvent.Reasoning(answer.reasoning()));
        }
        if (!answer.text().isEmpty()) {
            listener.accept(new GenerationEvent.Text(answer.text()));
        }
        answer.calls().forEach(call -> listener.accept(new GenerationEvent.Call(call)));
        answer.meanwhile().run();
        return new GenerationResult(
                new int[] {1, 2, 3},
                new int[] {4, 5},
                answer.text(),
                answer.reasoning(),
                answer.calls(),
                cancelled ? FinishReason.CANCELLED : answer.finish(),
                null,
                List.of(),
                new Timings(2, 1, 1_000_000, 11, 500_000_000));
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    /** Writes a file that begins like a session's, and the number of tokens. */
    @Override
    public long saveMemory(Path file) {
        try {
            Files.writeString(file, MAGIC + remembered);
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what {@link #saveMemory} wrote. Everything else is refused, by the engine's own words. */
    @Override
    public long loadMemory(Path file) {
        try {
            String content = Files.readString(file);
            if (!content.startsWith(MAGIC)) {
                try (Engine engine = Engine.open(EngineOptions.embedded().withContextTokens(32));
                        Session session = engine.newSession()) {
                    return session.load(file);
                }
            }
            remembered = Integer.parseInt(content.substring(MAGIC.length()));
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void forget() {
        remembered = 0;
    }
}
