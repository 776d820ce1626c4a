package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant} or {@code tool}; others are for the template to
 *     judge
 * @param content words and pictures in order; may be empty
 * @param toolCalls what an assistant's message asked for; may be empty
 * @param toolCallId which call a tool's message answers
 * @param name which tool a tool's message comes from, or who speaks
 * @param reasoning what the assistant thought aloud before the answer
 */
public record ChatMessage(
        String role,
        List<ContentPart> content,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        @Nullable String name,
        @Nullable String reasoning) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException when the role is blank
     */
    public ChatMessage {
        if (role.isBlank()) {
            throw new IllegalArgumentException("a message needs a role: system, user, assistant or tool");
        }
        content = List.copyOf(content);
        toolCalls = List.copyOf(toolCalls);
    }

    /** What the person says. */
    public static ChatMessage user(String text) {
        return of("user", text, List.of());
    }

    /** How the model shall behave. */
    public static ChatMessage system(String text) {
        return of("system", text, List.of());
    }

    /** What the model answered. */
    public static ChatMessage assistant(String text) {
        return of("assistant", text, List.of());
    }

    /** What the model answered and which tools it called. */
    public static ChatMessage assistant(String text, List<ToolCall> toolCalls) {
        return of("assistant", text, toolCalls);
    }

    /** The result of a tool call. */
    public static ChatMessage tool(String toolCallId, String name, String content) {
        return new ChatMessage("tool", parts(content), List.of(), toolCallId, name, null);
    }

    /** The result of a tool call. */
    public static ChatMessage tool(ToolCall call, String content) {
        return tool(call.id(), call.name(), content);
    }

    private static ChatMessage of(String role, String text, List<ToolCall> toolCalls) {
        return new ChatMessage(role, parts(text), toolCalls, null, null, null);
    }

    private static List<ContentPart> parts(String text) {
        return text.isEmpty() ? List.of() : List.of(new ContentPart.Text(text));
    }

    /** The same message with what was thought before it. */
    public ChatMessage withReasoning(String thoughts) {
        return new ChatMessage(role, content, toolCalls, toolCallId, name, thoughts);
    }

    /** The text parts, one after the other with nothing between them. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ContentPart part : content) {
            if (part instanceof ContentPart.Text(String words)) {
                text.append(words);
            }
        }
        return text.toString();
    }

    /** Pictures, then what the person says about them. */
    public static ChatMessage user(List<ContentPart.Image> images, String text) {
        List<ContentPart> content = new ArrayList<>(images);
        content.addAll(parts(text));
        return new ChatMessage("user", content, List.of(), null, null, null);
    }

    /** Whether there is a picture among the parts. */
    public boolean hasImages() {
        return content.stream().anyMatch(ContentPart.Image.class::isInstance);
    }
}
