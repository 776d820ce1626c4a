package io.jgemma.server.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.server.json.Fields;
import io.jgemma.server.request.Messages;
import io.jgemma.server.request.Parts;
import io.jgemma.server.request.Pictures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The conversation in a request to Anthropic's API: results of tools stand among the user's words there. */
final class MessageInput {
    private final List<ChatMessage> messages = new ArrayList<>();
    private final Map<String, String> toolNames = new HashMap<>();

    private final Pictures pictures;

    private MessageInput(Pictures pictures) {
        this.pictures = pictures;
    }

    /** The messages: {@code system} first. */
    static List<ChatMessage> messages(Fields request, Pictures pictures) {
        MessageInput input = new MessageInput(pictures);
        List<ContentPart> system = input.content(request, "system");
        if (!system.isEmpty()) {
            input.messages.add(new ChatMessage("system", system, List.of(), null, null, null));
        }
        request.require("messages");
        request.objects("messages").forEach(input::add);
        if (input.messages.isEmpty()) {
            throw request.invalid("messages", "messages is empty");
        }
        return input.messages;
    }

    private List<ContentPart> content(Fields fields, String name) {
        JsonNode content = fields.value(name).orElse(null);
        if (content == null) {
            return List.of();
        }
        if (content.isTextual()) {
            return Messages.text(content.textValue());
        }
        List<ContentPart> parts = new ArrayList<>();
        fields.objects(name).forEach(part -> parts.addAll(Parts.of(part, pictures)));
        return parts;
    }

    private void add(Fields message) {
        String role = message.requireString("role");
        switch (role) {
            case "user" -> user(message);
            case "assistant" -> assistant(message);
            case "system" ->
                messages.add(new ChatMessage("system", content(message, "content"), List.of(), null, null, null));
            default ->
                throw message.invalid("role", message.path("role") + " is '" + role + "'; expected user or assistant");
        }
    }

    private void user(Fields message) {
        JsonNode content = message.require("content");
        if (content.isTextual()) {
            messages.add(ChatMessage.user(content.textValue()));
            return;
        }
        List<ContentPart> words = new ArrayList<>();
        for (Fields block : message.objects("content")) {
            if (block.string("type").filter("tool_result"::equals).isPresent()) {
                String id = block.string("tool_use_id").orElse("");
                messages.add(
                        new ChatMessage("tool", content(block, "content"), List.of(), id, toolNames.get(id), null));
            } else {
                words.addAll(Parts.of(block, pictures));
            }
        }
        if (!words.isEmpty()) {
            messages.add(new ChatMessage("user", words, List.of(), null, null, null));
        }
    }

    private void assistant(Fields message) {
        JsonNode content = message.require("content");
        if (content.isTextual()) {
            messages.add(ChatMessage.assistant(content.textValue()));
            return;
        }
        List<ContentPart> words = new ArrayList<>();
        List<ToolCall> calls = new ArrayList<>();
        StringBuilder thoughts = new StringBuilder();
        for (Fields block : message.objects("content")) {
            switch (block.string("type").orElse("text")) {
                case "tool_use" -> {
                    String id = block.string("id").orElse("");
                    String name = block.requireString("name");
                    toolNames.put(id, name);
                    calls.add(new ToolCall(
                            id, name, Messages.arguments(block.node().get("input"))));
                }
                case "thinking" -> thoughts.append(block.string("thinking").orElse(""));
                case "redacted_thinking" -> {}
                default -> words.addAll(Parts.of(block, pictures));
            }
        }
        messages.add(new ChatMessage(
                "assistant", words, calls, null, null, thoughts.isEmpty() ? null : thoughts.toString()));
    }
}
