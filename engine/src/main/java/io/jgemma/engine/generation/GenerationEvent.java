package io.jgemma.engine.generation;

import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.sample.TokenLogprobs;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event of a generation, in order. */
public sealed interface GenerationEvent {

    /**
     * A piece of the prompt was computed; the first comes before anything is.
     *
     * @param done prompt tokens whose K/V are there, cached ones included
     * @param total prompt tokens
     * @param cached prompt tokens whose K/V were already there
     * @param elapsedNanos time since the generation was asked for
     */
    record PromptProgress(int done, int total, int cached, long elapsedNanos) implements GenerationEvent {}

    /**
     * A token was generated; comes before the text that it completes, and for each token, the end token included.
     *
     * @param id the token
     * @param logprobs how likely it was, if that was asked for; else null
     */
    record Token(int id, @Nullable TokenLogprobs logprobs) implements GenerationEvent {
        /** The token's log-probability, if it was requested. */
        public Optional<TokenLogprobs> findLogprobs() {
            return Optional.ofNullable(logprobs);
        }
    }

    /** A piece of the answer; never half a character. */
    record Text(String text) implements GenerationEvent {}

    /** A piece of the model's reasoning before its answer. */
    record Reasoning(String text) implements GenerationEvent {}

    /** A complete tool call. */
    record Call(ToolCall call) implements GenerationEvent {}
}
