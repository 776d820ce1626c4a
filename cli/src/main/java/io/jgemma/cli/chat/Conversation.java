package io.jgemma.cli.chat;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What was said so far: a system prompt, if there is one, and the messages after it. Not thread-safe. */
final class Conversation {
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<ContentPart.Image> shown = new ArrayList<>();
    private @Nullable String system;

    Conversation(Optional<String> system) {
        this.system = system.orElse(null);
    }

    /** The system prompt. */
    Optional<String> system() {
        return Optional.ofNullable(system);
    }

    /** Sets or, with an empty one, removes the system prompt. */
    void system(Optional<String> text) {
        system = text.orElse(null);
    }

    /** Messages without the system prompt, oldest first. */
    List<ChatMessage> messages() {
        return List.copyOf(messages);
    }

    /** Everything, as the model gets it. */
    List<ChatMessage> all() {
        List<ChatMessage> all = new ArrayList<>(messages.size() + 1);
        system().ifPresent(text -> all.add(ChatMessage.system(text)));
        all.addAll(messages);
        return all;
    }

    /** Messages without the system prompt. */
    int size() {
        return messages.size();
    }

    void add(ChatMessage message) {
        messages.add(message);
    }

    /** Keeps a picture for the next message of the person. */
    void show(ContentPart.Image image) {
        shown.add(image);
    }

    /** What the person says, about the pictures shown before. */
    void addUser(String text) {
        add(ChatMessage.user(shown, text));
        shown.clear();
    }

    /** How many messages stood before the person's last one; empty if there is none. */
    OptionalInt beforeLastUser() {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).role().equals("user")) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** What the model said last. */
    Optional<String> lastAnswer() {
        return messages.reversed().stream()
                .filter(message ->
                        message.role().equals("assistant") && !message.text().isEmpty())
                .findFirst()
                .map(ChatMessage::text);
    }

    /** Forgets what came after the first {@code size} messages. */
    void shorten(int size) {
        messages.subList(size, messages.size()).clear();
    }

    /** Replaces everything. */
    void replace(Optional<String> newSystem, List<ChatMessage> newMessages) {
        system(newSystem);
        shown.clear();
        messages.clear();
        messages.addAll(newMessages);
    }
}
