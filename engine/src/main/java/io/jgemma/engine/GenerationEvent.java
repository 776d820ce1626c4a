package io.jgemma.engine;

import io.jgemma.engine.chat.ToolCall;

/** Something that happened while generating, in order. The listener is called on the generating thread. */
public sealed interface GenerationEvent {

    /**
     * A piece of the prompt was computed.
     *
     * @param done prompt tokens whose K/V are there, cached ones included
     * @param total prompt tokens
     */
    record PromptProgress(int done, int total) implements GenerationEvent {}

    /** A piece of the answer; never half a character. */
    record Text(String text) implements GenerationEvent {}

    /** A piece of what the model thinks aloud before it answers. */
    record Reasoning(String text) implements GenerationEvent {}

    /** A complete tool call. */
    record Call(ToolCall call) implements GenerationEvent {}
}
