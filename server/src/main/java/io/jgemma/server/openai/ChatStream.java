package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolCall;
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

/**
 * Writes answers as chunks of chat completions, in the form that all clients read: the role in the first delta of a choice, a
 * call's id and name once, the usage in a last chunk without choices and only where it was asked for.
 */
final class ChatStream implements AnswerSink {

    /**
     * What the client wants to see beside the answer.
     *
     * @param usage a last chunk with the usage
     * @param progress chunks while the prompt is computed
     * @param timings timings in every chunk
     */
    record Extras(boolean usage, boolean progress, boolean timings) {}

    private final ChatJson json;
    private final EventStream events;
    private final Extras extras;
    private final List<Choice> choices = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();

    ChatStream(ChatJson json, EventStream events, Extras extras, int count, Ids ids) {
        this.json = json;
        this.events = events;
        this.extras = extras;
        for (int i = 0; i < count; i++) {
            choices.add(new Choice(i, new AnswerProgress(ids)));
        }
    }

    /** A choice while it comes. */
    private final class Choice {
        private final int index;
        private final AnswerProgress progress;
        private final List<TokenLogprobs> pending = new ArrayList<>();
        private boolean begun;
        private boolean thinking;

        Choice(int index, AnswerProgress progress) {
            this.index = index;
            this.progress = progress;
        }

        void begin() {
            if (!begun) {
                begun = true;
                ObjectNode chunk = json.chunk(index);
                ChatJson.delta(chunk).put("role", "assistant").put("content", "");
                events.data(chunk);
            }
        }

        void text(String text) {
            closeThoughts();
            put("content", text);
        }

        void reasoning(String text) {
            if (json.inlineReasoning().isEmpty()) {
                put("reasoning_content", text);
                return;
            }
            if (!thinking) {
                thinking = true;
                put("content", json.inlineReasoning().orElseThrow().open());
            }
            put("content", text);
        }

        /** The closing tag comes in a chunk of its own: some clients lose what follows it in the same one. */
        private void closeThoughts() {
            if (thinking) {
                thinking = false;
                put("content", json.inlineReasoning().orElseThrow().close());
            }
        }

        private void put(String name, String text) {
            begin();
            ObjectNode chunk = json.chunk(index);
            ChatJson.delta(chunk).put(name, text);
            addLogprobs(chunk);
            addTimings(chunk);
            events.data(chunk);
        }

        private void addLogprobs(ObjectNode chunk) {
            if (json.logprobs() && !pending.isEmpty()) {
                ChatJson.choice(chunk).set("logprobs", new LogprobsJson(json.tokenizer()).chat(pending));
                pending.clear();
            }
        }

        void addTimings(ObjectNode chunk) {
            if (extras.timings()) {
                chunk.set("timings", TimingsJson.of(progress.timings()));
            }
        }

        void call() {
            begin();
            closeThoughts();
            List<ToolCall> calls = progress.calls();
            int number = calls.size() - 1;
            ObjectNode first = json.chunk(index);
            ChatJson.beginCall(ChatJson.delta(first), number, calls.getLast());
            events.data(first);
            ObjectNode second = json.chunk(index);
            ChatJson.continueCall(ChatJson.delta(second), number, calls.getLast());
            addLogprobs(second);
            events.data(second);
        }

        void end(GenerationResult result) {
            begin();
            closeThoughts();
            ObjectNode chunk = json.chunk(index);
            addLogprobs(chunk);
            ChatJson.choice(chunk).put("finish_reason", Answer.finish(result.finish()));
            chunk.set("timings", TimingsJson.of(result.timings()));
            events.data(chunk);
        }
    }

    @Override
    public void event(int index, GenerationEvent event) {
        Choice choice = choices.get(index);
        choice.progress.event(event);
        switch (event) {
            case GenerationEvent.PromptProgress progress -> {
                if (extras.progress()) {
                    choice.begin();
                    ObjectNode chunk = json.chunk(index);
                    chunk.set("prompt_progress", TimingsJson.progress(progress));
                    choice.addTimings(chunk);
                    events.data(chunk);
                }
            }
            case GenerationEvent.Token token -> token.findLogprobs().ifPresent(choice.pending::add);
            case GenerationEvent.Text(String text) -> choice.text(text);
            case GenerationEvent.Reasoning(String text) -> choice.reasoning(text);
            case GenerationEvent.Call _ -> choice.call();
        }
        events.ping();
    }

    @Override
    public void end(int index, GenerationResult result) {
        Answers.requireInTime(result);
        Choice choice = choices.get(index);
        choice.end(result);
        answers.add(choice.progress.ended(result));
    }

    @Override
    public void idle() {
        events.ping();
    }

    /** Ends the stream. */
    List<Answer> finish() {
        if (extras.usage()) {
            ObjectNode last = json.chunk();
            last.set("usage", UsageJson.of(answers));
            last.set("timings", TimingsJson.of(answers.getFirst().result().timings()));
            events.data(last);
        }
        events.done();
        return answers;
    }
}
