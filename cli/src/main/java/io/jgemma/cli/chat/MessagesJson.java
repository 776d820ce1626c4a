package io.jgemma.cli.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.io.JsonInput;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.chat.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Messages as JSON, spelled as OpenAI's interface spells them. */
final class MessagesJson {
    /** The type is told by the data, whatever stands here. */
    private static final String URL = "data:application/octet-stream;base64,";

    private MessagesJson() {}

    static void write(JsonGenerator json, List<ChatMessage> messages) throws IOException {
        json.writeStartArray();
        for (ChatMessage message : messages) {
            json.writeStartObject();
            json.writeStringField("role", message.role());
            writeIfPresent(json, "tool_call_id", message.toolCallId());
            writeIfPresent(json, "name", message.name());
            writeIfPresent(json, "reasoning_content", message.reasoning());
            writeContent(json, message);
            if (!message.toolCalls().isEmpty()) {
                writeCalls(json, message.toolCalls());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** A text, or parts where there are pictures; these go as data URLs, so that a conversation is whole without other files. */
    private static void writeContent(JsonGenerator json, ChatMessage message) throws IOException {
        if (!message.hasImages()) {
            json.writeStringField("content", message.text());
            return;
        }
        json.writeArrayFieldStart("content");
        for (ContentPart part : message.content()) {
            json.writeStartObject();
            switch (part) {
                case ContentPart.Text(String text) -> {
                    json.writeStringField("type", "text");
                    json.writeStringField("text", text);
                }
                case ContentPart.Image image -> {
                    json.writeStringField("type", "image_url");
                    json.writeObjectFieldStart("image_url");
                    json.writeStringField("url", URL + Base64.getEncoder().encodeToString(image.data()));
                    json.writeStringField("name", image.name());
                    json.writeEndObject();
                }
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeIfPresent(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }

    private static void writeCalls(JsonGenerator json, List<ToolCall> calls) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            json.writeStartObject();
            json.writeStringField("id", call.id());
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", call.name());
            json.writeStringField("arguments", Toolbox.argumentsJson(call));
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static List<ChatMessage> read(JsonNode node) {
        if (!node.isArray()) {
            throw new MalformedConversationException("\"messages\" is missing or no array.");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : node) {
            messages.add(message(message, messages.size()));
        }
        return messages;
    }

    private static ChatMessage message(JsonNode node, int index) {
        String role = text(node, "role", index);
        if (role.equals("user") && node.path("content").isArray()) {
            return new ChatMessage("user", parts(node.path("content"), index), List.of(), null, null, null);
        }
        String content = text(node, "content", index);
        return switch (role) {
            case "system" -> {
                if (index > 0) {
                    throw wrong(index, "only the first may have the role \"system\"");
                }
                yield ChatMessage.system(content);
            }
            case "user" -> ChatMessage.user(content);
            case "assistant" -> assistant(node, content, index);
            case "tool" -> ChatMessage.tool(text(node, "tool_call_id", index), text(node, "name", index), content);
            default -> throw wrong(index, "its role is \"" + role + "\"; known are system, user, assistant and tool");
        };
    }

    private static List<ContentPart> parts(JsonNode content, int index) {
        List<ContentPart> parts = new ArrayList<>();
        for (JsonNode part : content) {
            switch (text(part, "type", index)) {
                case "text" -> parts.add(new ContentPart.Text(text(part, "text", index)));
                case "image_url" -> parts.add(image(part.path("image_url"), index));
                default -> throw wrong(index, "a part of its content is neither \"text\" nor \"image_url\"");
            }
        }
        return parts;
    }

    private static ContentPart.Image image(JsonNode node, int index) {
        String url = text(node, "url", index);
        int data = url.indexOf(";base64,");
        if (!url.startsWith("data:") || data < 0) {
            throw wrong(index, "the \"url\" of a picture is not a data URL in base 64");
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(url.substring(data + ";base64,".length()));
            return new ContentPart.Image(node.path("name").asText("picture"), bytes);
        } catch (IllegalArgumentException e) {
            throw wrong(index, "the data of a picture is not base 64");
        }
    }

    private static ChatMessage assistant(JsonNode node, String content, int index) {
        ChatMessage message = ChatMessage.assistant(content, calls(node.path("tool_calls"), index));
        return node.has("reasoning_content") ? message.withReasoning(text(node, "reasoning_content", index)) : message;
    }

    private static List<ToolCall> calls(JsonNode node, int index) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : node) {
            JsonNode function = call.path("function");
            calls.add(call(text(call, "id", index), text(function, "name", index), arguments(function, index), index));
        }
        return calls;
    }

    private static ToolCall call(String id, String name, Map<String, Object> arguments, int index) {
        try {
            return new ToolCall(id, name, arguments);
        } catch (IllegalArgumentException e) {
            throw wrong(index, String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Object> arguments(JsonNode function, int index) {
        try {
            Map<String, Object> arguments = new ObjectMapper()
                    .readValue(text(function, "arguments", index), new TypeReference<Map<String, Object>>() {});
            return Objects.requireNonNullElse(arguments, Map.of());
        } catch (JsonProcessingException e) {
            throw wrong(index, "the arguments of a tool call are not a JSON object: " + JsonInput.line(e));
        }
    }

    private static String text(JsonNode node, String field, int index) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw wrong(index, "\"" + field + "\" is missing or no text");
        }
        return value.textValue();
    }

    private static MalformedConversationException wrong(int index, String what) {
        return new MalformedConversationException("message " + (index + 1) + ": " + what + ".");
    }
}
