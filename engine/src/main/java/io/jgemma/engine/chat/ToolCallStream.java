package io.jgemma.engine.chat;

import java.util.function.Consumer;

/**
 * Finds the tool calls in one answer while it is written. The events do not depend on where the pieces are cut, but for
 * text that comes in several events. Not for use by several threads.
 */
public interface ToolCallStream {

    /**
     * Reads a piece of the answer.
     *
     * @param piece text in any cut
     * @param events told of {@link ChatEvent.Text} and {@link ChatEvent.Call}, in order
     */
    void push(String piece, Consumer<? super ChatEvent> events);

    /** The answer ends: what was held back comes out, as a call if it is one, else as text. Nothing may be pushed after. */
    void finish(Consumer<? super ChatEvent> events);
}
