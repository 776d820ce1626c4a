package io.jgemma.server.run;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.generation.GenerationResult;
import java.util.List;
import java.util.Optional;

/**
 * An answer that has ended.
 *
 * @param result what was generated
 * @param calls the tool calls, with ids that no other answer has
 * @param reasoningTokens tokens that the model thought aloud
 */
public record Answer(GenerationResult result, List<ToolCall> calls, int reasoningTokens) {

    public Answer {
        calls = List.copyOf(calls);
    }

    /**
     * The text, with the thoughts before it where they are wanted in it.
     *
     * @param inlineReasoning what the thoughts stand between; empty = they are left out
     */
    public String text(Optional<ReasoningTags> inlineReasoning) {
        return inlineReasoning
                .filter(tags -> !result.reasoning().isEmpty())
                .map(tags -> tags.open() + result.reasoning() + tags.close() + result.text())
                .orElse(result.text());
    }

    /** {@code stop}, {@code tool_calls} or {@code length}, as OpenAI's clients know it. */
    public static String finish(FinishReason reason) {
        return switch (reason) {
            case STOP, CANCELLED -> "stop";
            case TOOL_CALLS -> "tool_calls";
            case LENGTH, CONTEXT_FULL, DEADLINE -> "length";
        };
    }
}
