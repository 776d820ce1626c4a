package io.jgemma.engine.chat;

/** Receives the parts of an answer while it is generated, in order. */
public interface AnswerListener {

    /** A piece of the answer's text; never empty. */
    void text(String piece);

    /** A piece of what the model thinks aloud before it answers; never empty. */
    void reasoning(String piece);

    /** A complete tool call. */
    void call(ToolCall call);
}
