package io.jgemma.engine.chat;

import java.util.List;
import java.util.Optional;

/**
 * Parses one answer while it is generated: separates reasoning, then ends the text at a stop string, then finds tool calls.
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
     * @param tags what stands around reasoning
     * @param insideReasoning whether the prompt already opened a block of reasoning, see {@link ReasoningTags#openedBy}
     * @param stops strings that end the answer; none of them is part of it
     * @param calls finds tool calls; see {@link ToolCallParser#open}
     */
    public static AnswerStream of(
            ReasoningTags tags, boolean insideReasoning, List<String> stops, ToolCallStream calls) {
        return new AnswerStream(new ReasoningSplitter(tags, insideReasoning), new StopMatcher(stops), calls);
    }

    /**
     * Reads a piece of the answer; after a stop string, nothing is read.
     *
     * @param piece text in any cut
     * @param listener told what the answer is made of, in order
     * @throws IllegalStateException after {@link #finish}
     */
    public void push(String piece, AnswerListener listener) {
        if (finished) {
            throw new IllegalStateException("the answer was finished; a further piece needs a new stream");
        }
        if (!stopped()) {
            reasoning.push(piece, afterReasoning(listener));
        }
    }

    /** The answer ends: what was held back comes out. A second call does nothing. */
    public void finish(AnswerListener listener) {
        if (finished) {
            return;
        }
        finished = true;
        reasoning.finish(afterReasoning(listener));
        calls.push(stops.finish(), listener);
        calls.finish(listener);
    }

    /** Whether a stop string came, so that generating may end. */
    public boolean stopped() {
        return stops.stopped();
    }

    /** The stop string that came. */
    public Optional<String> matchedStop() {
        return stops.match();
    }

    /** Takes what is no reasoning through stop strings and calls. */
    private AnswerListener afterReasoning(AnswerListener listener) {
        return new AnswerListener() {
            @Override
            public void text(String piece) {
                calls.push(stops.push(piece), listener);
            }

            @Override
            public void reasoning(String piece) {
                listener.reasoning(piece);
            }

            @Override
            public void call(ToolCall call) {
                listener.call(call);
            }
        };
    }
}
