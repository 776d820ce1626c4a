package io.jgemma.cli.chat;

import io.jgemma.engine.chat.ChatMessage;
import java.util.List;
import java.util.Optional;

/**
 * What a conversation file holds.
 *
 * @param model name of the model that answered
 * @param settings how answers were made
 * @param all the messages, a system prompt first if there is one
 */
record SavedConversation(String model, ChatSettings settings, List<ChatMessage> all) {
    SavedConversation {
        all = List.copyOf(all);
    }

    /** The system prompt. */
    Optional<String> system() {
        return all.isEmpty() || !isSystem(all.getFirst())
                ? Optional.empty()
                : Optional.of(all.getFirst().text());
    }

    /** The messages after the system prompt. */
    List<ChatMessage> messages() {
        return system().isPresent() ? all.subList(1, all.size()) : all;
    }

    private static boolean isSystem(ChatMessage message) {
        return message.role().equals("system");
    }
}
