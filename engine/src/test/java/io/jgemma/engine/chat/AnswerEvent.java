package io.jgemma.engine.chat;

import java.util.function.Consumer;

/** What an {@link AnswerListener} was told, as a value that tests can compare. */
sealed interface AnswerEvent {
    record Text(String text) implements AnswerEvent {}

    record Reasoning(String text) implements AnswerEvent {}

    record Call(ToolCall call) implements AnswerEvent {}

    /** A listener that hands each event on. */
    static AnswerListener to(Consumer<? super AnswerEvent> events) {
        return new AnswerListener() {
            @Override
            public void text(String piece) {
                events.accept(new Text(piece));
            }

            @Override
            public void reasoning(String piece) {
                events.accept(new Reasoning(piece));
            }

            @Override
            public void call(ToolCall call) {
                events.accept(new Call(call));
            }
        };
    }
}
