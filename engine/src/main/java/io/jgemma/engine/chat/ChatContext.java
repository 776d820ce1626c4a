package io.jgemma.engine.chat;

import io.jgemma.engine.template.TrustedText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The variables that a chat template is rendered with, as Hugging Face's templates expect them. */
public final class ChatContext {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");
    private static final Set<String> OWN = Set.of("messages", "tools", "add_generation_prompt");

    private ChatContext() {}

    /**
     * The variables for a conversation.
     *
     * <p>Each message is a map with {@code role} and {@code content}: a string when it holds only text (the empty string
     * when it holds nothing), else a list of {@code {type: text, text}} and {@code {type: image}}. {@code tool_calls},
     * {@code tool_call_id}, {@code name} and {@code reasoning_content} are there only when they are not empty. Arguments
     * of calls are maps, not JSON text. {@code tools} is left out when there are none, for templates ask whether it is
     * defined; in a tool, {@code description} and {@code parameters} are left out when empty.
     *
     * @param messages oldest first
     * @param tools tools the model may call
     * @param bosToken text of the token that begins a sequence, or null if the model has none, which gives {@code ""}
     * @param eosToken text of the token that ends one, likewise
     * @param addGenerationPrompt whether the prompt ends where the assistant's next message begins
     * @param variables further variables, e.g. {@code enable_thinking}; they may replace {@code bos_token} and
     *     {@code eos_token}, but never spell control tokens
     * @return a new map that the caller may change
     * @throws IllegalArgumentException when {@code variables} names {@code messages}, {@code tools} or
     *     {@code add_generation_prompt}
     */
    public static Map<String, Object> of(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            @Nullable String bosToken,
            @Nullable String eosToken,
            boolean addGenerationPrompt,
            Map<String, Object> variables) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("messages", messages.stream().map(ChatContext::message).toList());
        if (!tools.isEmpty()) {
            context.put("tools", tools.stream().map(ChatContext::tool).toList());
        }
        context.put("add_generation_prompt", addGenerationPrompt);
        // Templates add these to strings without asking, which an undefined variable would not survive.
        context.put("bos_token", new TrustedText(bosToken == null ? "" : bosToken));
        context.put("eos_token", new TrustedText(eosToken == null ? "" : eosToken));
        for (String name : variables.keySet()) {
            if (OWN.contains(name)) {
                throw new IllegalArgumentException(
                        "the template variable '" + name + "' is set from the conversation and cannot be given");
            }
            JsonValues.put(context, name, variables.get(name));
        }
        return context;
    }

    private static Map<String, Object> message(ChatMessage message) {
        Map<String, Object> map = new LinkedHashMap<>();
        // Some templates make their marks of the role. The usual ones are the program's words and nobody's message.
        map.put("role", ROLES.contains(message.role()) ? new TrustedText(message.role()) : message.role());
        map.put("content", content(message));
        putIfPresent(map, "reasoning_content", message.reasoning());
        if (!message.toolCalls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.toolCalls().stream().map(ChatContext::call).toList());
        }
        putIfPresent(map, "tool_call_id", message.toolCallId());
        putIfPresent(map, "name", message.name());
        return map;
    }

    private static Object content(ChatMessage message) {
        if (!message.hasImages()) {
            return message.text();
        }
        List<Object> parts = new ArrayList<>();
        for (ContentPart part : message.content()) {
            parts.add(
                    switch (part) {
                        case ContentPart.Text(String text) -> ordered("type", "text", "text", text);
                        case ContentPart.Image _ -> Map.of("type", "image");
                    });
        }
        return parts;
    }

    private static Map<String, Object> call(ToolCall call) {
        Map<String, Object> map = new LinkedHashMap<>();
        putIfPresent(map, "id", call.id());
        map.put("type", "function");
        map.put("function", ordered("name", call.name(), "arguments", call.arguments()));
        return map;
    }

    private static Map<String, Object> tool(ToolDefinition tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        putIfPresent(function, "description", tool.description());
        if (!tool.parameters().isEmpty()) {
            function.put("parameters", tool.parameters());
        }
        return ordered("type", "function", "function", function);
    }

    private static void putIfPresent(Map<String, Object> map, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            map.put(key, value);
        }
    }

    private static Map<String, Object> ordered(String firstKey, Object first, String secondKey, Object second) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(firstKey, first);
        map.put(secondKey, second);
        return map;
    }
}
