package io.jgemma.cli.io;

import io.jgemma.engine.chat.ToolCall;

/** Where an answer is shown. */
public interface AnswerScreen {

    /** Shows a piece of the answer at once. */
    void answer(String text);

    /** Shows a piece of something less important than the answer, e.g. reasoning, at once. */
    void aside(String text);

    /** The model calls a tool. */
    void called(ToolCall call);

    /** Ends the answer's line. */
    void endAnswer();
}
