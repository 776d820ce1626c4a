package io.jgemma.engine.chat;

/** What an answer turns out to be made of, while it is written. */
public sealed interface ChatEvent {

    /** A piece of the answer's text; never empty. */
    record Text(String text) implements ChatEvent {}

    /** A piece of what the model thinks aloud before it answers; never empty. */
    record Reasoning(String text) implements ChatEvent {}

    /** A complete tool call. */
    record Call(ToolCall call) implements ChatEvent {}
}
