package io.jgemma.engine.chat;

/**
 * Finds the tool calls in one answer while it is written. The events do not depend on where the pieces are cut, but for
 * text that comes in several events. Not for use by several threads.
 */
public interface ToolCallStream {

    /**
     * Reads a piece of the answer.
     *
     * @param piece text in any cut
     * @param listener told of text and calls, in order
     */
    void push(String piece, AnswerListener listener);

    /** The answer ends: what was held back comes out, as a call if it is one, else as text. Nothing may be pushed after. */
    void finish(AnswerListener listener);
}
