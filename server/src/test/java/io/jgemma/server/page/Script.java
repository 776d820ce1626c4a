package io.jgemma.server.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer's events, written by hand where a test needs an exact one. They have the form that the server gives them. */
final class Script {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final StringBuilder events = new StringBuilder();

    /** Text, in pieces of a few characters as a model gives it. */
    Script text(String text) {
        return pieces("content", text);
    }

    Script thoughts(String text) {
        return pieces("reasoning_content", text);
    }

    private Script pieces(String name, String text) {
        for (int i = 0; i < text.length(); i += 5) {
            ObjectNode chunk = chunk();
            delta(chunk).put(name, text.substring(i, Math.min(text.length(), i + 5)));
            add(chunk);
        }
        return this;
    }

    Script call(int index, String name, String arguments) {
        ObjectNode first = chunk();
        ObjectNode call = delta(first).putArray("tool_calls").addObject();
        call.put("index", index).put("id", "call_" + index).put("type", "function");
        call.putObject("function").put("name", name).put("arguments", "");
        add(first);
        ObjectNode second = chunk();
        ObjectNode rest = delta(second).putArray("tool_calls").addObject().put("index", index);
        rest.putObject("function").put("arguments", arguments);
        add(second);
        return this;
    }

    Script error(String message) {
        events.append("event: error\n");
        ObjectNode body = MAPPER.createObjectNode();
        body.putObject("error").put("message", message).put("code", 500);
        add(body);
        return this;
    }

    /** The end of the answer. */
    String end(String reason) {
        ObjectNode chunk = chunk();
        ((ObjectNode) chunk.get("choices").get(0)).put("finish_reason", reason);
        add(chunk);
        return events + "data: [DONE]\n\n";
    }

    /** What there is, without an end. */
    String cut() {
        return events.toString();
    }

    private static ObjectNode chunk() {
        ObjectNode chunk = MAPPER.createObjectNode();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta");
        choice.putNull("finish_reason");
        return chunk;
    }

    private static ObjectNode delta(ObjectNode chunk) {
        return (ObjectNode) chunk.get("choices").get(0).get("delta");
    }

    private void add(ObjectNode data) {
        events.append("data: ").append(data).append("\n\n");
    }
}
