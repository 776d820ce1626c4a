package io.jgemma.cli.chat;

import io.jgemma.engine.FinishReason;
import io.jgemma.engine.GenerationEvent;
import io.jgemma.engine.GenerationRequest;
import io.jgemma.engine.GenerationResult;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.Prompt;
import io.jgemma.engine.Timings;
import io.jgemma.engine.chat.ToolCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** A model that says what it was told to say, and remembers what it was asked. */
final class FakePartner implements Partner {
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<GenerationRequest> requests = new ArrayList<>();
    private boolean cancelled;

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
    public int contextTokens() {
        return 4096;
    }

    @Override
    public int usedTokens() {
        return 100 * requests.size();
    }

    @Override
    public MemoryUse memory() {
        return new MemoryUse(150L << 20, 3L << 20, 2L << 20);
    }

    @Override
    public GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
        requests.add(request);
        cancelled = false;
        Answer answer = answers.remove();
        listener.accept(new GenerationEvent.PromptProgress(5, 10));
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
                new Timings(2, 1, 1_000_000, 11, 500_000_000));
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
