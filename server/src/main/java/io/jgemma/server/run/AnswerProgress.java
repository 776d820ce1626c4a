package io.jgemma.server.run;

import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import java.util.ArrayList;
import java.util.List;

/** Counts the thoughts of an answer and names its calls while it comes. */
public final class AnswerProgress {
    private final Ids ids;
    private final List<ToolCall> calls = new ArrayList<>();
    private int tokensSincePiece;
    private int reasoningTokens;

    public AnswerProgress(Ids ids) {
        this.ids = ids;
    }

    /** Takes note of an event. */
    public void event(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Token _ -> tokensSincePiece++;
            case GenerationEvent.Reasoning _ -> {
                reasoningTokens += tokensSincePiece;
                tokensSincePiece = 0;
            }
            case GenerationEvent.Text _ -> tokensSincePiece = 0;
            case GenerationEvent.Call(ToolCall call) -> {
                tokensSincePiece = 0;
                calls.add(new ToolCall(ids.next("call_"), call.name(), call.arguments()));
            }
            case GenerationEvent.PromptProgress _ -> {}
        }
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
