package io.jgemma.engine.chat;

import java.util.List;
import java.util.function.Consumer;

/**
 * Reads one answer while it is written: separates reasoning, then ends the text at a stop string, then finds tool calls.
 * Stop strings do not count within reasoning, but do within calls. Not for use by several threads.
 */
public final class AnswerStream {
    private final ReasoningSplitter reasoning;
    private final StopMatcher stops;
    private final ToolCallStream calls;
    private boolean finished;

    /** Of its parts, which must be new. */
    public AnswerStream(ReasoningSplitter reasoning, StopMatcher stops, ToolCallStream calls) {
        this.reasoning = reasoning;
        this.stops = stops;
        this.calls = calls;
    }

    /**
     * An answer.
     *
     * @param insideReasoning whether the prompt already opened a block of reasoning, see {@link ReasoningSplitter#opens}
     * @param stops strings that end the answer; none of them is part of it
     * @param calls finds tool calls; see {@link ToolCallParser#open}
     */
    public static AnswerStream of(boolean insideReasoning, List<String> stops, ToolCallStream calls) {
        return new AnswerStream(new ReasoningSplitter(insideReasoning), new StopMatcher(stops), calls);
    }

    /**
     * Reads a piece of the answer; after a stop string, nothing is read.
     *
     * @param piece text in any cut
     * @param events told what the answer is made of, in order
     * @throws IllegalStateException after {@link #finish}
     */
    public void push(String piece, Consumer<? super ChatEvent> events) {
        if (finished) {
            throw new IllegalStateException("the answer was finished; a further piece needs a new stream");
        }
        if (!stopped()) {
            reasoning.push(piece, event -> pass(event, events));
        }
    }

    /** The answer ends: what was held back comes out. A second call does nothing. */
    public void finish(Consumer<? super ChatEvent> events) {
        if (finished) {
            return;
        }
        finished = true;
        reasoning.finish(event -> pass(event, events));
        calls.push(stops.finish(), events);
        calls.finish(events);
    }

    /** Whether a stop string came, so that generating may end. */
    public boolean stopped() {
        return stops.stopped();
    }

    private void pass(ChatEvent event, Consumer<? super ChatEvent> events) {
        if (event instanceof ChatEvent.Text(String text)) {
            calls.push(stops.push(text), events);
        } else {
            events.accept(event);
        }
    }
}
