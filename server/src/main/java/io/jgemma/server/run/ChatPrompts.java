package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.Prompt;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.template.TemplateException;
import io.jgemma.server.request.Conversation;
import io.jgemma.server.request.Reasoning;
import io.jgemma.server.request.Tools;
import java.util.ArrayList;
import java.util.List;

/** Conversations as prompts that the model's chat template takes. */
public final class ChatPrompts {
    private ChatPrompts() {}

    /**
     * The prompt. System messages become one. A conversation in which roles do not alternate is left as it is where the
     * template takes it; else it is repaired, see {@link Conversation#repaired}.
     */
    public static Prompt.Chat of(Engine engine, List<ChatMessage> given, Tools tools, Reasoning reasoning) {
        List<ChatMessage> messages = new ArrayList<>(Conversation.withOneSystemMessage(given));
        while (!messages.isEmpty() && isEmptyAnswer(messages.getLast())) {
            messages.removeLast();
        }
        Prompt.Chat prompt = new Prompt.Chat(messages, tools.definitions(), reasoning.variables());
        return Conversation.isRegular(messages) || isTaken(engine, prompt)
                ? prompt
                : new Prompt.Chat(Conversation.repaired(messages), tools.definitions(), reasoning.variables());
    }

    private static boolean isEmptyAnswer(ChatMessage message) {
        return message.role().equals("assistant")
                && message.content().isEmpty()
                && message.toolCalls().isEmpty();
    }

    private static boolean isTaken(Engine engine, Prompt.Chat prompt) {
        try {
            engine.render(prompt);
            return true;
        } catch (TemplateException e) {
            return false;
        }
    }
}
