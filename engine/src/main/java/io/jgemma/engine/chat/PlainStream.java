package io.jgemma.engine.chat;

import java.util.function.Consumer;

/** An answer in which everything is text. */
final class PlainStream implements ToolCallStream {

    @Override
    public void push(String piece, Consumer<? super ChatEvent> events) {
        if (!piece.isEmpty()) {
            events.accept(new ChatEvent.Text(piece));
        }
    }

    @Override
    public void finish(Consumer<? super ChatEvent> events) {}
}
