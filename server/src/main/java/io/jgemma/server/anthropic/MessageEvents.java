package io.jgemma.server.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.server.http.EventStream;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.AnswerProgress;
import io.jgemma.server.run.AnswerSink;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Ids;
import java.util.Optional;

/** Writes an answer as the events of a message: blocks one after the other, each begun, continued and stopped. */
final class MessageEvents implements AnswerSink {
    private final MessageJson json;
    private final EventStream events;
    private final AnswerProgress progress;
    private Block open = Block.NONE;
    private int blocks;
    private Optional<Answer> answer = Optional.empty();

    /** The kind of block that is being written. */
    private enum Block {
        NONE,
        TEXT,
        THINKING
    }

    MessageEvents(MessageJson json, EventStream events, Ids ids) {
        this.json = json;
        this.events = events;
        progress = new AnswerProgress(ids);
    }

    @Override
    public void event(int index, GenerationEvent event) {
        progress.event(event);
        switch (event) {
            case GenerationEvent.PromptProgress prompt -> begin(prompt.total(), prompt.cached());
            case GenerationEvent.Text(String text) -> piece(Block.TEXT, text);
            case GenerationEvent.Reasoning(String text) -> piece(Block.THINKING, text);
            case GenerationEvent.Call _ -> call(progress.calls().getLast());
            case GenerationEvent.Token _ -> {}
        }
        events.ping();
    }

    private void begin(int promptTokens, int cachedTokens) {
        if (!events.begun()) {
            ObjectNode data = Json.object();
            data.set("message", json.begun(promptTokens, cachedTokens));
            send("message_start", data);
        }
    }

    private void piece(Block kind, String text) {
        if (open != kind) {
            close();
            open = kind;
            start(kind == Block.TEXT ? MessageJson.text("") : MessageJson.thinking(""));
        }
        ObjectNode delta = Json.object();
        if (kind == Block.TEXT) {
            delta.put("type", "text_delta").put("text", text);
        } else {
            delta.put("type", "thinking_delta").put("thinking", text);
        }
        delta(delta);
    }

    private void call(ToolCall call) {
        close();
        start(MessageJson.toolUse(call));
        delta(Json.object().put("type", "input_json_delta").put("partial_json", Json.text(call.arguments())));
        stop();
    }

    private void start(ObjectNode block) {
        ObjectNode data = Json.object();
        data.put("index", blocks);
        data.set("content_block", block);
        send("content_block_start", data);
    }

    private void delta(ObjectNode delta) {
        ObjectNode data = Json.object();
        data.put("index", blocks);
        data.set("delta", delta);
        send("content_block_delta", data);
    }

    private void close() {
        if (open == Block.THINKING) {
            delta(Json.object().put("type", "signature_delta").put("signature", ""));
        }
        if (open != Block.NONE) {
            open = Block.NONE;
            stop();
        }
    }

    private void stop() {
        send("content_block_stop", Json.object().put("index", blocks));
        blocks++;
    }

    @Override
    public void end(int index, GenerationResult result) {
        Answers.requireInTime(result);
        begin(result.promptTokens(), result.cachedTokens());
        if (blocks == 0 && open == Block.NONE) {
            open = Block.TEXT;
            start(MessageJson.text(""));
        }
        close();
        ObjectNode data = Json.object();
        data.putObject("delta")
                .put("stop_reason", MessageJson.stopReason(result))
                .put("stop_sequence", result.matchedStop().orElse(null));
        data.set("usage", MessageJson.usage(result.promptTokens(), result.cachedTokens(), result.generatedTokens()));
        send("message_delta", data);
        send("message_stop", Json.object());
        answer = Optional.of(progress.ended(result));
    }

    private void send(String type, ObjectNode fields) {
        ObjectNode data = Json.object();
        data.put("type", type);
        data.setAll(fields);
        events.event(type, data);
    }

    @Override
    public void idle() {
        events.ping();
    }

    /** The answer, once it has ended. */
    Answer answer() {
        return answer.orElseThrow();
    }
}
