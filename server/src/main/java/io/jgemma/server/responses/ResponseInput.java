package io.jgemma.server.responses;

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
import org.jspecify.annotations.Nullable;

/** The conversation in a request to the Responses API. Items of kinds that only their makers' servers know are left out. */
final class ResponseInput {
    private final List<ChatMessage> messages = new ArrayList<>();
    private final Map<String, String> toolNames = new HashMap<>();
    private final StringBuilder reasoning = new StringBuilder();

    private final Pictures pictures;

    private ResponseInput(Pictures pictures) {
        this.pictures = pictures;
    }

    /** The messages: {@code instructions} first, then {@code input}. */
    static List<ChatMessage> messages(Fields request, Pictures pictures) {
        ResponseInput input = new ResponseInput(pictures);
        request.string("instructions")
                .filter(text -> !text.isBlank())
                .ifPresent(text -> input.messages.add(ChatMessage.system(text)));
        JsonNode given = request.require("input");
        if (given.isTextual()) {
            input.messages.add(ChatMessage.user(given.textValue()));
        } else {
            request.objects("input").forEach(input::add);
        }
        if (input.messages.isEmpty()) {
            throw request.invalid("input", "input holds no message");
        }
        return input.messages;
    }

    private void add(Fields item) {
        switch (item.string("type").orElse("message")) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> output(item);
            case "reasoning" -> reasoning(item);
            case "item_reference" ->
                throw item.invalid("type", "this server keeps no items: send the item itself instead of a reference");
            default -> {}
        }
    }

    private void message(Fields item) {
        String role = item.requireString("role");
        List<ContentPart> content = content(item, "content");
        switch (role) {
            case "system", "developer" -> messages.add(new ChatMessage("system", content, List.of(), null, null, null));
            case "user" -> messages.add(new ChatMessage("user", content, List.of(), null, null, null));
            case "assistant" ->
                messages.add(new ChatMessage("assistant", content, List.of(), null, null, takeReasoning()));
            default ->
                throw item.invalid(
                        "role",
                        item.path("role") + " is '" + role + "'; expected system, developer, user or assistant");
        }
    }

    private void call(Fields item) {
        String id = item.string("call_id").or(() -> item.string("id")).orElse("");
        String name = item.requireString("name");
        toolNames.put(id, name);
        ToolCall call = new ToolCall(id, name, Messages.arguments(item.node().get("arguments")));
        ChatMessage last = messages.isEmpty() ? null : messages.getLast();
        if (last != null && last.role().equals("assistant")) {
            List<ToolCall> calls = new ArrayList<>(last.toolCalls());
            calls.add(call);
            messages.set(
                    messages.size() - 1,
                    new ChatMessage("assistant", last.content(), calls, null, null, last.reasoning()));
        } else {
            messages.add(new ChatMessage("assistant", List.of(), List.of(call), null, null, takeReasoning()));
        }
    }

    private void output(Fields item) {
        String id = item.string("call_id").orElse("");
        messages.add(new ChatMessage("tool", content(item, "output"), List.of(), id, toolNames.get(id), null));
    }

    private void reasoning(Fields item) {
        List<Fields> parts = item.objects("content");
        if (parts.isEmpty()) {
            parts = item.objects("summary");
        }
        parts.forEach(part -> reasoning.append(part.string("text").orElse("")));
    }

    private @Nullable String takeReasoning() {
        String text = reasoning.toString();
        reasoning.setLength(0);
        return text.isEmpty() ? null : text;
    }

    private List<ContentPart> content(Fields item, String name) {
        JsonNode content = item.value(name).orElse(null);
        if (content == null) {
            return List.of();
        }
        if (content.isTextual()) {
            return Messages.text(content.textValue());
        }
        List<ContentPart> parts = new ArrayList<>();
        item.objects(name).forEach(part -> parts.addAll(Parts.of(part, pictures)));
        return parts;
    }
}
