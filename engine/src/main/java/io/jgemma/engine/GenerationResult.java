package io.jgemma.engine;

import io.jgemma.engine.chat.ToolCall;
import java.util.List;

/**
 * A finished generation.
 *
 * @param promptIds token ids of the whole prompt
 * @param ids token ids generated, the end token included
 * @param text the answer: without end token, stop string, reasoning and tool calls
 * @param reasoning what the model thought aloud; empty if it did not
 * @param toolCalls the calls it asked for, in order
 * @param finish why it ended
 * @param timings what it took
 */
public record GenerationResult(
        int[] promptIds,
        int[] ids,
        String text,
        String reasoning,
        List<ToolCall> toolCalls,
        FinishReason finish,
        Timings timings) {

    public GenerationResult {
        toolCalls = List.copyOf(toolCalls);
    }
}
