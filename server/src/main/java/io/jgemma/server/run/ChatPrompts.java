package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.template.TemplateException;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Conversation;
import java.util.ArrayList;
import java.util.List;

/** Conversations as prompts that the model's chat template takes. */
public final class ChatPrompts {
    private ChatPrompts() {}

    /**
     * The prompt. System messages become one. A conversation in which roles do not alternate is left as it is where the
     * template takes it; else it is repaired, see {@link Conversation#repaired}.
     */
    public static Prompt.Chat of(Engine engine, ChatInput input) {
        List<ChatMessage> messages = new ArrayList<>(Conversation.withOneSystemMessage(input.messages()));
        while (!messages.isEmpty() && isEmptyAnswer(messages.getLast())) {
            messages.removeLast();
        }
        Prompt.Chat prompt = prompt(input, messages);
        return isRegular(prompt) || isTaken(engine, prompt) ? prompt : prompt(input, Conversation.repaired(messages));
    }

    private static Prompt.Chat prompt(ChatInput input, List<ChatMessage> messages) {
        // Repaired, the answer may have become one with tool calls, which is over.
        boolean open = !messages.isEmpty() && Prompt.Chat.canBeContinued(messages.getLast());
        Prompt.Ending ending =
                input.ending() == Prompt.Ending.LAST_ANSWER && !open ? Prompt.Ending.GENERATION_PROMPT : input.ending();
        return new Prompt.Chat(
                messages, input.tools().definitions(), input.reasoning().variables(), ending);
    }

    private static boolean isRegular(Prompt.Chat prompt) {
        int answered = prompt.ending() == Prompt.Ending.LAST_ANSWER ? 1 : 0;
        return Conversation.isRegular(
                prompt.messages().subList(0, prompt.messages().size() - answered));
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
