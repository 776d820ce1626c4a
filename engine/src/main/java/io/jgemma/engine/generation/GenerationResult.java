package io.jgemma.engine.generation;

import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.sample.TokenLogprobs;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A finished generation. Immutable: arrays and lists are copied.
 *
 * @param promptIds token ids of the whole prompt
 * @param ids token ids generated, the end token included
 * @param text the answer: without end token, stop string, reasoning and tool calls
 * @param reasoning what the model thought aloud; empty if it did not
 * @param toolCalls the calls it asked for, in order
 * @param finish why it ended
 * @param stop the stop string that ended it, or null
 * @param logprobs of each token of {@code ids}, if they were asked for; else empty
 * @param timings what it took
 */
public record GenerationResult(
        int[] promptIds,
        int[] ids,
        String text,
        String reasoning,
        List<ToolCall> toolCalls,
        FinishReason finish,
        @Nullable String stop,
        List<TokenLogprobs> logprobs,
        Timings timings) {

    public GenerationResult {
        promptIds = promptIds.clone();
        ids = ids.clone();
        toolCalls = List.copyOf(toolCalls);
        logprobs = List.copyOf(logprobs);
    }

    @Override
    public int[] promptIds() {
        return promptIds.clone();
    }

    @Override
    public int[] ids() {
        return ids.clone();
    }

    /** The stop string that ended the answer, if one did. */
    public Optional<String> matchedStop() {
        return Optional.ofNullable(stop);
    }

    /** Tokens of the prompt, cached ones included. */
    public int promptTokens() {
        return promptIds.length;
    }

    /** Prompt tokens whose K and V were already cached. */
    public int cachedTokens() {
        return timings.cachedTokens();
    }

    /** Tokens generated, the end token included. */
    public int generatedTokens() {
        return ids.length;
    }
}
