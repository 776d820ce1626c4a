package io.jgemma.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the events of a response by the rules that FlowDown reads them by: the text of a {@code done} event counts only where
 * no delta of its item came, a call needs a {@code call_id}, and a failed response is an error.
 */
final class FlowDownResponse {
    private final StringBuilder text = new StringBuilder();
    private final List<JsonNode> calls = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private boolean ended;

    private FlowDownResponse() {}

    /** Reads all events. */
    static FlowDownResponse read(List<TestServer.Event> events) {
        FlowDownResponse response = new FlowDownResponse();
        events.forEach(event -> response.event(event.data()));
        if (!response.ended) {
            throw new FlowDownReader.UnreadableException("the response did not end");
        }
        return response;
    }

    private void event(JsonNode event) {
        switch (event.path("type").asText("")) {
            case "response.output_text.delta" -> {
                seen.add(event.get("item_id").textValue());
                text.append(event.get("delta").textValue());
            }
            case "response.output_text.done" -> {
                if (!seen.contains(event.get("item_id").textValue())) {
                    text.append(event.get("text").textValue());
                }
            }
            case "response.output_item.done" -> {
                JsonNode item = event.get("item");
                if (item.get("type").textValue().equals("function_call")) {
                    if (!item.hasNonNull("call_id")) {
                        throw new FlowDownReader.UnreadableException("a call without call_id: " + item);
                    }
                    calls.add(item);
                }
            }
            case "response.failed" ->
                throw new FlowDownReader.UnreadableException(
                        event.at("/response/error/message").asText());
            case "response.completed", "response.incomplete" -> ended = true;
            case "" -> throw new FlowDownReader.UnreadableException("an event without a type: " + event);
            default -> {}
        }
    }

    String text() {
        return text.toString();
    }

    /** The items of its calls. */
    List<JsonNode> calls() {
        return calls;
    }
}
