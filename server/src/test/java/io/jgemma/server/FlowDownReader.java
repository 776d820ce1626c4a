package io.jgemma.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads a stream of chat completions by the rules that FlowDown reads it by: events end with an empty line, comments are
 * skipped, every event needs {@code choices} with a {@code delta}, calls are told apart by their index and their names are put
 * together from all deltas, {@code [DONE]} ends the stream.
 */
final class FlowDownReader {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Call> calls = new ArrayList<>();
    private String finish = "";
    private boolean done;

    /** A call as it is put together. */
    static final class Call {
        final int index;
        final StringBuilder id = new StringBuilder();
        final StringBuilder name = new StringBuilder();
        final StringBuilder arguments = new StringBuilder();

        Call(int index) {
            this.index = index;
        }
    }

    /** The stream could not be read, or told of an error. */
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /** Reads a whole stream. */
    static FlowDownReader read(String stream) {
        FlowDownReader reader = new FlowDownReader();
        for (String event : stream.split("\n\n", -1)) {
            reader.event(event);
        }
        if (!reader.done) {
            throw new UnreadableException("the stream ended without [DONE]");
        }
        if (reader.text.isEmpty() && reader.reasoning.isEmpty() && reader.calls.isEmpty()) {
            throw new UnreadableException("No response from model.");
        }
        return reader;
    }

    private void event(String event) {
        StringBuilder data = new StringBuilder();
        for (String line : event.split("\n", -1)) {
            if (line.startsWith("data:")) {
                data.append(line.substring("data:".length()).strip());
            }
        }
        if (data.isEmpty() || done) {
            return;
        }
        if (data.toString().toLowerCase(Locale.ROOT).equals("[done]")) {
            done = true;
            return;
        }
        JsonNode json = TestServer.read(data.toString());
        JsonNode error = json.get("error");
        if (error != null) {
            throw new UnreadableException(error.get("message").textValue() + " @ "
                    + (error.get("code").isInt() ? error.get("code").intValue() : 403));
        }
        if (!json.path("choices").isArray()) {
            throw new UnreadableException("an event without choices: " + data);
        }
        for (JsonNode choice : json.get("choices")) {
            if (!choice.path("delta").isObject()) {
                throw new UnreadableException("a choice without a delta: " + data);
            }
            delta(choice.get("delta"));
            if (choice.hasNonNull("finish_reason")) {
                finish = choice.get("finish_reason").textValue();
            }
        }
    }

    private void delta(JsonNode delta) {
        text.append(delta.path("content").asText(""));
        JsonNode thoughts = delta.has("reasoning_content") ? delta.get("reasoning_content") : delta.path("reasoning");
        reasoning.append(thoughts.asText(""));
        for (JsonNode part : delta.path("tool_calls")) {
            int index = part.get("index").intValue();
            if (calls.isEmpty() || calls.getLast().index != index) {
                calls.add(new Call(index));
            }
            Call call = calls.getLast();
            call.id.append(part.path("id").asText(""));
            call.name.append(part.path("function").path("name").asText(""));
            call.arguments.append(part.path("function").path("arguments").asText(""));
        }
    }

    /** Why the answer ended. */
    String finish() {
        return finish;
    }

    String text() {
        return text.toString();
    }

    String reasoning() {
        return reasoning.toString();
    }

    List<Call> calls() {
        return calls;
    }
}
