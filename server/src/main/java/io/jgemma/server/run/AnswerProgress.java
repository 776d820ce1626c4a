package io.jgemma.server.run;

import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Timings;
import java.util.ArrayList;
import java.util.List;

/** Counts the thoughts of an answer and names its calls while it comes. */
public final class AnswerProgress {
    private final Ids ids;
    private final List<ToolCall> calls = new ArrayList<>();
    private int tokensSincePiece;
    private int reasoningTokens;
    private int cachedTokens;
    private int promptTokens;
    private int tokens;
    private long beganNanos;
    private long firstTokenNanos;

    public AnswerProgress(Ids ids) {
        this.ids = ids;
    }

    /** Takes note of an event. */
    public void event(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Token _ -> {
                tokensSincePiece++;
                tokens++;
                firstTokenNanos = tokens == 1 ? System.nanoTime() : firstTokenNanos;
            }
            case GenerationEvent.Reasoning _ -> {
                reasoningTokens += tokensSincePiece;
                tokensSincePiece = 0;
            }
            case GenerationEvent.Text _ -> tokensSincePiece = 0;
            case GenerationEvent.Call(ToolCall call) -> {
                tokensSincePiece = 0;
                calls.add(new ToolCall(ids.next("call_"), call.name(), call.arguments()));
            }
            case GenerationEvent.PromptProgress progress -> {
                beganNanos = promptTokens + cachedTokens == 0 ? System.nanoTime() : beganNanos;
                cachedTokens = progress.cached();
                promptTokens = progress.done() - progress.cached();
            }
        }
    }

    /** What the answer has taken so far. */
    public Timings timings() {
        long now = System.nanoTime();
        long prompted = tokens == 0 ? now : firstTokenNanos;
        boolean none = beganNanos == 0 || promptTokens + tokens == 0;
        long promptNanos = none ? 0 : prompted - beganNanos;
        return new Timings(cachedTokens, promptTokens, promptNanos, tokens, now - prompted);
    }

    /** The calls so far. */
    public List<ToolCall> calls() {
        return calls;
    }

    /** The answer, now that it has ended. */
    public Answer ended(GenerationResult result) {
        return new Answer(result, calls, reasoningTokens);
    }
}
