package io.jgemma.engine.chat;

/** Told what an answer turns out to be made of while it is written, in order. */
public interface AnswerListener {

    /** A piece of the answer's text; never empty. */
    void text(String piece);

    /** A piece of what the model thinks aloud before it answers; never empty. */
    void reasoning(String piece);

    /** A complete tool call. */
    void call(ToolCall call);
}
