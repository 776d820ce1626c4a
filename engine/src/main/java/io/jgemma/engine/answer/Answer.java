package io.jgemma.engine.answer;

import io.jgemma.engine.chat.AnswerListener;
import io.jgemma.engine.chat.AnswerStream;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.schedule.TokenList;
import io.jgemma.engine.text.StreamDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a generation has answered so far: tokens become text, reasoning and calls, and each becomes an event. */
final class Answer {

    private final EventLog log;
    private final AnswerStream stream;
    private final StreamDecoder decoder;
    private final TokenList ids = new TokenList();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private final Gathered gathered = new Gathered();

    Answer(EventLog log, AnswerStream stream, StreamDecoder decoder) {
        this.log = log;
        this.stream = stream;
        this.decoder = decoder;
    }

    /** A token was generated. */
    void token(int id, @Nullable TokenLogprobs likelihood) {
        ids.add(id);
        if (likelihood != null) {
            logprobs.add(likelihood);
        }
        log.add(new GenerationEvent.Token(id, likelihood));
    }

    /** Reads the text of a token that does not end the answer; true when a stop string ends it. */
    boolean read(int id) {
        String piece = decoder.push(id);
        if (!piece.isEmpty()) {
            stream.push(piece, gathered);
        }
        return stream.stopped();
    }

    /** Nothing follows. */
    void finish() {
        if (!stream.stopped()) {
            stream.push(decoder.flush(), gathered);
        }
        stream.finish(gathered);
    }

    /** Number of tokens. */
    int tokens() {
        return ids.size();
    }

    int[] ids() {
        return ids.toArray();
    }

    String text() {
        return text.toString();
    }

    String reasoning() {
        return reasoning.toString();
    }

    List<ToolCall> calls() {
        return calls;
    }

    List<TokenLogprobs> logprobs() {
        return logprobs;
    }

    Optional<String> matchedStop() {
        return stream.matchedStop();
    }

    /** Gathers the answer's parts for the result and passes each on as an event. */
    private final class Gathered implements AnswerListener {
        @Override
        public void text(String piece) {
            text.append(piece);
            log.add(new GenerationEvent.Text(piece));
        }

        @Override
        public void reasoning(String piece) {
            reasoning.append(piece);
            log.add(new GenerationEvent.Reasoning(piece));
        }

        @Override
        public void call(ToolCall call) {
            calls.add(call);
            log.add(new GenerationEvent.Call(call));
        }
    }
}
