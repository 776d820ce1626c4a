package io.jgemma.server.run;

import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;

/** Takes the events of one or several answers as they come. Called on one thread. */
public interface AnswerSink {

    /**
     * Something happened in an answer.
     *
     * @param index which answer, from 0
     */
    void event(int index, GenerationEvent event);

    /** An answer has ended. */
    void end(int index, GenerationResult result);

    /** Nothing has happened for a while. */
    void idle();
}
