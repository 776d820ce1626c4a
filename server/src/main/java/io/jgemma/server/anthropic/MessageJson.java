package io.jgemma.server.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;

/**
 * Messages as JSON.
 *
 * @param id of the message
 * @param model as the client knows it
 */
record MessageJson(String id, String model) {

    /** The whole message. */
    ObjectNode message(Answer answer) {
        GenerationResult result = answer.result();
        ObjectNode json = head();
        ArrayNode content = json.putArray("content");
        if (!result.reasoning().isEmpty()) {
            content.add(thinking(result.reasoning()));
        }
        if (!result.text().isEmpty() || answer.calls().isEmpty()) {
            content.add(text(result.text()));
        }
        answer.calls().forEach(call -> {
            ObjectNode block = toolUse(call);
            block.set("input", Json.node(call.arguments()));
            content.add(block);
        });
        json.put("stop_reason", stopReason(result));
        json.put("stop_sequence", result.matchedStop().orElse(null));
        json.set("usage", usage(result.promptTokens(), result.cachedTokens(), result.generatedTokens()));
        return json;
    }

    /** A message that has begun. */
    ObjectNode begun(int promptTokens, int cachedTokens) {
        ObjectNode json = head();
        json.putArray("content");
        json.putNull("stop_reason");
        json.putNull("stop_sequence");
        json.set("usage", usage(promptTokens, cachedTokens, 0));
        return json;
    }

    private ObjectNode head() {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("type", "message");
        json.put("role", "assistant");
        json.put("model", model);
        return json;
    }

    static ObjectNode text(String text) {
        return Json.object().put("type", "text").put("text", text);
    }

    static ObjectNode thinking(String text) {
        return Json.object().put("type", "thinking").put("thinking", text).put("signature", "");
    }

    /** A call whose arguments are still to come. */
    static ObjectNode toolUse(ToolCall call) {
        ObjectNode block = Json.object();
        block.put("type", "tool_use");
        block.put("id", call.id());
        block.put("name", call.name());
        block.putObject("input");
        return block;
    }

    static String stopReason(GenerationResult result) {
        return switch (result.finish()) {
            case LENGTH, CONTEXT_FULL, DEADLINE -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case STOP, CANCELLED -> result.matchedStop().isPresent() ? "stop_sequence" : "end_turn";
        };
    }

    /** Cached tokens are counted apart. */
    static ObjectNode usage(int promptTokens, int cachedTokens, int outputTokens) {
        ObjectNode usage = Json.object();
        usage.put("input_tokens", promptTokens - cachedTokens);
        usage.put("cache_creation_input_tokens", 0);
        usage.put("cache_read_input_tokens", cachedTokens);
        usage.put("output_tokens", outputTokens);
        return usage;
    }
}
