package io.jgemma.server.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.AnswerProgress;
import io.jgemma.server.run.AnswerSink;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Ids;
import io.jgemma.server.run.TimingsJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the items of a response out of an answer as it comes, and tells each step in OpenAI's order: an item is added, then its
 * part, then its pieces, then all of it is done.
 */
final class ResponseItems implements AnswerSink {

    /** Told each step. */
    interface Listener {
        /**
         * An event.
         *
         * @param type its name
         * @param fields what it says, without its type and number
         */
        void event(String type, ObjectNode fields);

        /** The prompt is being computed. */
        void progress(GenerationEvent.PromptProgress progress);

        /** Nothing has happened for a while. */
        void idle();
    }

    private final Listener listener;
    private final Ids ids;
    private final boolean timed;
    private final AnswerProgress progress;
    private final List<ObjectNode> items = new ArrayList<>();
    private Optional<Open> open = Optional.empty();
    private Optional<Answer> answer = Optional.empty();

    /**
     * Items to come.
     *
     * @param timed whether pieces tell what the answer has taken so far
     */
    ResponseItems(Listener listener, Ids ids, boolean timed) {
        this.listener = listener;
        this.ids = ids;
        this.timed = timed;
        progress = new AnswerProgress(ids);
    }

    /** An item to which pieces are added. */
    private record Open(String id, boolean thoughts, StringBuilder text) {}

    @Override
    public void event(int index, GenerationEvent event) {
        progress.event(event);
        switch (event) {
            case GenerationEvent.Reasoning(String text) -> piece(true, text);
            case GenerationEvent.Text(String text) -> piece(false, text);
            case GenerationEvent.Call _ -> call(progress.calls().getLast());
            case GenerationEvent.PromptProgress done -> listener.progress(done);
            case GenerationEvent.Token _ -> {}
        }
        listener.idle();
    }

    private void piece(boolean thoughts, String text) {
        if (open.isPresent() && open.get().thoughts() != thoughts) {
            close();
        }
        if (open.isEmpty()) {
            begin(thoughts);
        }
        open.ifPresent(item -> {
            item.text().append(text);
            ObjectNode fields = at(item);
            fields.put("delta", text);
            if (!thoughts) {
                fields.putArray("logprobs");
            }
            if (timed) {
                fields.set("timings", TimingsJson.of(progress.timings()));
            }
            listener.event(thoughts ? "response.reasoning_text.delta" : "response.output_text.delta", fields);
        });
    }

    private void begin(boolean thoughts) {
        Open item = new Open(ids.next(thoughts ? "rs_" : "msg_"), thoughts, new StringBuilder());
        open = Optional.of(item);
        ObjectNode added = thoughts
                ? ResponseJson.reasoning(item.id(), "", "in_progress")
                : ResponseJson.message(item.id(), "", "in_progress");
        listener.event("response.output_item.added", withItem(added));
        if (!thoughts) {
            ObjectNode part = at(item);
            part.set("part", ResponseJson.part(""));
            listener.event("response.content_part.added", part);
        }
    }

    private void close() {
        open.ifPresent(item -> {
            String text = item.text().toString();
            ObjectNode done = at(item);
            done.put("text", text);
            if (item.thoughts()) {
                listener.event("response.reasoning_text.done", done);
                finish(ResponseJson.reasoning(item.id(), text, "completed"));
            } else {
                done.putArray("logprobs");
                listener.event("response.output_text.done", done);
                ObjectNode part = at(item);
                part.set("part", ResponseJson.part(text));
                listener.event("response.content_part.done", part);
                finish(ResponseJson.message(item.id(), text, "completed"));
            }
        });
        open = Optional.empty();
    }

    private void call(ToolCall call) {
        close();
        String id = ids.next("fc_");
        String arguments = Json.text(call.arguments());
        listener.event("response.output_item.added", withItem(ResponseJson.call(id, call, "", "in_progress")));
        ObjectNode delta = Json.object();
        delta.put("item_id", id);
        delta.put("output_index", items.size());
        delta.put("delta", arguments);
        listener.event("response.function_call_arguments.delta", delta);
        ObjectNode done = Json.object();
        done.put("item_id", id);
        done.put("output_index", items.size());
        done.put("name", call.name());
        done.put("arguments", arguments);
        listener.event("response.function_call_arguments.done", done);
        finish(ResponseJson.call(id, call, arguments, "completed"));
    }

    private void finish(ObjectNode item) {
        listener.event("response.output_item.done", withItem(item));
        items.add(item);
    }

    private ObjectNode withItem(ObjectNode item) {
        ObjectNode fields = Json.object();
        fields.put("output_index", items.size());
        fields.set("item", item);
        return fields;
    }

    private ObjectNode at(Open item) {
        ObjectNode fields = Json.object();
        fields.put("item_id", item.id());
        fields.put("output_index", items.size());
        fields.put("content_index", 0);
        return fields;
    }

    @Override
    public void end(int index, GenerationResult result) {
        Answers.requireInTime(result);
        if (open.isEmpty() && items.isEmpty()) {
            begin(false);
        }
        close();
        answer = Optional.of(progress.ended(result));
    }

    @Override
    public void idle() {
        listener.idle();
    }

    /** The items, all done. */
    List<ObjectNode> items() {
        return items;
    }

    /** The answer, once it has ended. */
    Answer answer() {
        return answer.orElseThrow();
    }
}
