package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.server.http.EventStream;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.AnswerProgress;
import io.jgemma.server.run.AnswerSink;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Ids;
import io.jgemma.server.run.TimingsJson;
import java.util.ArrayList;
import java.util.List;

/** Writes answers as the events of llama.cpp's {@code /completion}: the last of an answer has {@code stop} true. */
final class CompletionEvents implements AnswerSink {
    private final CompletionWriter json;
    private final EventStream events;
    private final Extras extras;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();

    CompletionEvents(CompletionWriter json, EventStream events, int count, Ids ids, Extras extras) {
        this.json = json;
        this.events = events;
        this.extras = extras;
        for (int i = 0; i < count; i++) {
            pieces.add(new Piece(new AnswerProgress(ids), new ArrayList<>(), new ArrayList<>()));
        }
    }

    /**
     * What the client wants to see beside the answer.
     *
     * @param progress events while the prompt is computed
     * @param timings timings in every event
     */
    record Extras(boolean progress, boolean timings) {}

    private record Piece(AnswerProgress progress, List<Integer> tokens, List<TokenLogprobs> logprobs) {
        int[] takeTokens() {
            int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
            tokens.clear();
            return ids;
        }
    }

    @Override
    public void event(int index, GenerationEvent event) {
        Piece piece = pieces.get(index);
        piece.progress().event(event);
        switch (event) {
            case GenerationEvent.Token token -> {
                piece.tokens().add(token.id());
                token.findLogprobs().ifPresent(piece.logprobs()::add);
            }
            case GenerationEvent.Text(String text) -> {
                ObjectNode data = json.piece(index, text, piece.takeTokens(), false);
                addProbabilities(data, piece);
                addTimings(data, piece);
                events.data(data);
            }
            case GenerationEvent.PromptProgress done -> {
                if (extras.progress()) {
                    ObjectNode data = json.piece(index, "", new int[0], false);
                    data.set("prompt_progress", TimingsJson.progress(done));
                    addTimings(data, piece);
                    events.data(data);
                }
            }
            case GenerationEvent.Reasoning _, GenerationEvent.Call _ -> {}
        }
        events.ping();
    }

    private void addTimings(ObjectNode data, Piece piece) {
        if (extras.timings()) {
            data.set("timings", TimingsJson.of(piece.progress().timings()));
        }
    }

    private void addProbabilities(ObjectNode data, Piece piece) {
        if (!piece.logprobs().isEmpty()) {
            data.set("completion_probabilities", json.probabilities(piece.logprobs()));
            piece.logprobs().clear();
        }
    }

    @Override
    public void end(int index, GenerationResult result) {
        Answers.requireInTime(result);
        Answer answer = pieces.get(index).progress().ended(result);
        ObjectNode last = json.complete(index, answer);
        last.put("content", "");
        last.putArray("tokens");
        last.remove("completion_probabilities");
        events.data(json.wanted(last));
        answers.add(answer);
    }

    @Override
    public void idle() {
        events.ping();
    }

    List<Answer> answers() {
        return answers;
    }
}
