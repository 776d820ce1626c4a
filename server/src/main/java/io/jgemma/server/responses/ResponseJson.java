package io.jgemma.server.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import java.util.List;

/**
 * A response and its items as JSON.
 *
 * @param id of the response
 * @param created seconds since 1970
 * @param model as the client knows it
 * @param request what was asked, of which much is repeated
 * @param sampling how tokens are chosen
 */
record ResponseJson(String id, long created, String model, Fields request, SamplerOptions sampling) {
    /** What a response repeats of its request, with what stands there where the request had nothing. */
    private static final List<String> REPEATED = List.of(
            "instructions", "max_output_tokens", "metadata", "reasoning", "text", "tool_choice", "tools", "user");

    /** A response that has begun. */
    ObjectNode begun() {
        return head("in_progress", Json.array());
    }

    /**
     * A response that has ended.
     *
     * @param now seconds since 1970
     */
    ObjectNode ended(List<ObjectNode> items, Answer answer, long now) {
        ArrayNode output = Json.array();
        items.forEach(output::add);
        String status = status(answer.result().finish());
        ObjectNode json = head(status, output);
        if (status.equals("incomplete")) {
            json.putObject("incomplete_details").put("reason", "max_output_tokens");
        } else {
            json.put("completed_at", now);
        }
        json.set("usage", usage(answer));
        return json;
    }

    /** A response that failed. */
    ObjectNode failed(ApiException error) {
        ObjectNode json = head("failed", Json.array());
        json.putObject("error").put("code", "server_error").put("message", String.valueOf(error.getMessage()));
        return json;
    }

    /** {@code completed}, or {@code incomplete} when a limit ended it. */
    static String status(FinishReason finish) {
        return switch (finish) {
            case STOP, TOOL_CALLS, CANCELLED -> "completed";
            case LENGTH, CONTEXT_FULL, DEADLINE -> "incomplete";
        };
    }

    private ObjectNode head(String status, ArrayNode output) {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("object", "response");
        json.put("created_at", created);
        json.put("status", status);
        json.put("background", false);
        json.putNull("error");
        json.putNull("incomplete_details");
        REPEATED.forEach(name -> json.set(name, request.value(name).orElseGet(() -> absent(name))));
        json.put("model", model);
        json.set("output", output);
        json.put("parallel_tool_calls", request.bool("parallel_tool_calls").orElse(true));
        json.putNull("previous_response_id");
        json.put("store", false);
        json.put("temperature", sampling.temperature());
        json.put("top_p", sampling.topP());
        json.put("truncation", "disabled");
        json.putNull("usage");
        return json;
    }

    private static JsonNode absent(String name) {
        ObjectNode json = Json.object();
        switch (name) {
            case "metadata" -> {}
            case "tools" -> {
                return Json.array();
            }
            case "tool_choice" -> {
                return Json.node("auto");
            }
            case "text" -> json.putObject("format").put("type", "text");
            case "reasoning" -> json.putNull("effort").putNull("summary");
            default -> {
                return json.nullNode();
            }
        }
        return json;
    }

    private static ObjectNode usage(Answer answer) {
        int input = answer.result().promptTokens();
        int output = answer.result().generatedTokens();
        ObjectNode usage = Json.object();
        usage.put("input_tokens", input);
        usage.putObject("input_tokens_details")
                .put("cached_tokens", answer.result().cachedTokens())
                .put("cache_write_tokens", 0);
        usage.put("output_tokens", output);
        usage.putObject("output_tokens_details").put("reasoning_tokens", answer.reasoningTokens());
        usage.put("total_tokens", input + output);
        return usage;
    }

    /** The thoughts before an answer. */
    static ObjectNode reasoning(String id, String text, String status) {
        ObjectNode item = item(id, "reasoning", status);
        item.putArray("summary");
        ArrayNode content = item.putArray("content");
        if (!text.isEmpty()) {
            content.addObject().put("type", "reasoning_text").put("text", text);
        }
        return item;
    }

    /** An answer's text; without a part as long as there is none. */
    static ObjectNode message(String id, String text, String status) {
        ObjectNode item = item(id, "message", status);
        item.put("role", "assistant");
        ArrayNode content = item.putArray("content");
        if (!status.equals("in_progress")) {
            content.add(part(text));
        }
        return item;
    }

    /** A part of a message. */
    static ObjectNode part(String text) {
        ObjectNode part = Json.object();
        part.put("type", "output_text");
        part.put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    /** A call. */
    static ObjectNode call(String id, ToolCall call, String arguments, String status) {
        ObjectNode item = item(id, "function_call", status);
        item.put("call_id", call.id());
        item.put("name", call.name());
        item.put("arguments", arguments);
        return item;
    }

    private static ObjectNode item(String id, String type, String status) {
        ObjectNode item = Json.object();
        item.put("id", id);
        item.put("type", type);
        item.put("status", status);
        return item;
    }
}
