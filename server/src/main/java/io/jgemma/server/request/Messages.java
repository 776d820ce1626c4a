package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The messages of chat completions, as clients really send them. */
public final class Messages {
    private final Map<String, String> toolNames = new HashMap<>();
    private final List<ChatMessage> messages = new ArrayList<>();

    private final Pictures pictures;

    private Messages(Pictures pictures) {
        this.pictures = pictures;
    }

    /**
     * The messages of a request.
     *
     * @param pictures fetches those that are named by their addresses
     * @throws io.jgemma.server.json.ApiException with 400 when there are none, or one cannot be read
     */
    public static List<ChatMessage> openai(Fields request, Pictures pictures) {
        request.require("messages");
        Messages read = new Messages(pictures);
        for (Fields message : request.objects("messages")) {
            read.add(message);
        }
        if (read.messages.isEmpty()) {
            throw request.invalid("messages", "messages is empty");
        }
        return read.messages;
    }

    private void add(Fields message) {
        String role = message.requireString("role");
        List<ContentPart> content = content(message);
        Optional<String> name = message.string("name").filter(text -> !text.isBlank());
        switch (role) {
            case "system", "developer" -> messages.add(message("system", content));
            case "user" -> messages.add(new ChatMessage("user", content, List.of(), null, name.orElse(null), null));
            case "assistant" -> messages.add(assistant(message, content));
            case "tool", "function" -> messages.add(tool(message, content, name.orElse(null)));
            default ->
                throw message.invalid(
                        "role",
                        message.path("role") + " is '" + role
                                + "'; expected system, developer, user, assistant or tool");
        }
    }

    private static ChatMessage message(String role, List<ContentPart> content) {
        return new ChatMessage(role, content, List.of(), null, null, null);
    }

    private ChatMessage assistant(Fields message, List<ContentPart> content) {
        List<ToolCall> calls = new ArrayList<>();
        for (Fields call : message.objects("tool_calls")) {
            Fields function = call.object("function").orElse(call);
            calls.add(call(call.string("id").orElse(""), function, "arguments"));
        }
        Optional<String> thoughts = message.string("reasoning_content")
                .or(() -> message.value("reasoning").filter(JsonNode::isTextual).map(JsonNode::textValue))
                .filter(text -> !text.isEmpty());
        return new ChatMessage("assistant", content, calls, null, null, thoughts.orElse(null));
    }

    private ToolCall call(String id, Fields function, String argumentsField) {
        String name = function.requireString("name");
        toolNames.put(id, name);
        return new ToolCall(id, name, arguments(function.node().get(argumentsField)));
    }

    /**
     * The arguments of a call: an object, or JSON text of one. A model may have written something else, and the client
     * repeats it in every later request: so text that is no object is kept under one name instead of being refused.
     */
    public static Map<String, Object> arguments(@Nullable JsonNode given) {
        if (given == null || given.isNull()) {
            return Map.of();
        }
        if (given.isObject()) {
            return Json.map(given);
        }
        String text = given.isTextual() ? given.textValue() : given.toString();
        if (text.isBlank()) {
            return Map.of();
        }
        JsonNode parsed = Json.readOrNull(text);
        return parsed != null && parsed.isObject() ? Json.map(parsed) : Map.of("arguments", text);
    }

    private ChatMessage tool(Fields message, List<ContentPart> content, @Nullable String given) {
        String id = message.string("tool_call_id").orElse("");
        String name = given != null ? given : toolNames.get(id);
        return new ChatMessage("tool", content, List.of(), id, name, null);
    }

    private List<ContentPart> content(Fields message) {
        JsonNode content = message.value("content").orElse(null);
        if (content == null) {
            return List.of();
        }
        if (content.isTextual()) {
            return text(content.textValue());
        }
        if (!content.isArray()) {
            throw message.invalid(
                    "content", message.path("content") + " is not readable; expected a string or a list of parts");
        }
        List<ContentPart> parts = new ArrayList<>();
        for (Fields part : message.objects("content")) {
            parts.addAll(Parts.of(part, pictures));
        }
        return parts;
    }

    /** Text as the parts of a message. */
    public static List<ContentPart> text(String text) {
        return text.isEmpty() ? List.of() : List.of(new ContentPart.Text(text));
    }
}
