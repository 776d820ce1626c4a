package io.jgemma.server.request;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Conversations in a shape that chat templates take. Clients trim old messages, send each attachment as a message of its
 * own, and have several system messages; many templates refuse all of that.
 */
public final class Conversation {
    private static final String BETWEEN = "\n\n";

    private Conversation() {}

    /** The conversation with all system messages as one at its beginning, joined by an empty line. */
    public static List<ChatMessage> withOneSystemMessage(List<ChatMessage> messages) {
        List<ContentPart> system = new ArrayList<>();
        List<ChatMessage> rest = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message.role().equals("system")) {
                append(system, message.content());
            } else {
                rest.add(message);
            }
        }
        if (!system.isEmpty()) {
            rest.addFirst(new ChatMessage("system", system, List.of(), null, null, null));
        }
        return rest;
    }

    /** Whether roles alternate from the user on, each result of a tool after a call. Then every template takes it. */
    public static boolean isRegular(List<ChatMessage> messages) {
        String before = "";
        for (ChatMessage message : messages) {
            String role = message.role();
            boolean fits = switch (role) {
                case "system" -> before.isEmpty();
                case "user" -> !before.equals("user") && !before.equals("tool");
                case "assistant" -> before.equals("user") || before.equals("tool");
                default -> before.equals("assistant") || before.equals("tool");
            };
            if (!fits) {
                return false;
            }
            before = role;
        }
        return before.equals("user") || before.equals("tool");
    }

    /**
     * The conversation for templates that insist on alternating roles: neighbours of the same role become one message, the
     * result of a tool that nobody called becomes the user's text, and a conversation that begins with the assistant gets an
     * empty message of the user before it.
     */
    public static List<ChatMessage> repaired(List<ChatMessage> messages) {
        List<ChatMessage> repaired = new ArrayList<>();
        for (ChatMessage message : messages) {
            ChatMessage last = repaired.isEmpty() ? null : repaired.getLast();
            ChatMessage next = message;
            if (message.role().equals("tool") && !mayHoldResult(last)) {
                next = new ChatMessage("user", message.content(), List.of(), null, null, null);
            }
            if (next.role().equals("assistant") && (last == null || last.role().equals("system"))) {
                repaired.add(ChatMessage.user(""));
                last = null;
            }
            if (last != null && last.role().equals(next.role()) && !next.role().equals("tool")) {
                repaired.set(repaired.size() - 1, joined(last, next));
            } else {
                repaired.add(next);
            }
        }
        return repaired;
    }

    private static boolean mayHoldResult(@Nullable ChatMessage last) {
        if (last == null) {
            return false;
        }
        boolean asked = last.role().equals("assistant") && !last.toolCalls().isEmpty();
        return asked || last.role().equals("tool");
    }

    private static ChatMessage joined(ChatMessage first, ChatMessage second) {
        List<ContentPart> content = new ArrayList<>(first.content());
        append(content, second.content());
        List<ToolCall> calls = new ArrayList<>(first.toolCalls());
        calls.addAll(second.toolCalls());
        String name = Objects.equals(first.name(), second.name()) ? first.name() : null;
        String reasoning = first.reasoning() == null ? second.reasoning() : first.reasoning();
        return new ChatMessage(first.role(), content, calls, null, name, reasoning);
    }

    private static void append(List<ContentPart> content, List<ContentPart> more) {
        boolean words = !content.isEmpty() && content.getLast() instanceof ContentPart.Text;
        if (words && !more.isEmpty() && more.getFirst() instanceof ContentPart.Text) {
            content.add(new ContentPart.Text(BETWEEN));
        }
        content.addAll(more);
    }
}
