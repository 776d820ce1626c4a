package io.jgemma.engine.generation;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolDefinition;
import java.util.List;
import java.util.Map;

/** What a model is asked to continue. */
public sealed interface Prompt {

    /**
     * A conversation, rendered with the model's chat template.
     *
     * @param messages oldest first
     * @param tools tools the model may call
     * @param templateVariables further variables for the template, e.g. {@code enable_thinking}
     * @param ending where the prompt ends
     */
    record Chat(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            Map<String, Object> templateVariables,
            Ending ending)
            implements Prompt {
        /**
         * Checks and copies.
         *
         * @throws IllegalArgumentException when an answer is to be continued and the last message is none that has begun
         */
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
            templateVariables = Map.copyOf(templateVariables);
            if (ending == Ending.LAST_ANSWER && (messages.isEmpty() || !canBeContinued(messages.getLast()))) {
                throw new IllegalArgumentException(
                        "only a message of the assistant that has text and no tool calls can be continued");
            }
        }

        /** A conversation that ends where the assistant's next message begins. */
        public Chat(List<ChatMessage> messages, List<ToolDefinition> tools, Map<String, Object> templateVariables) {
            this(messages, tools, templateVariables, Ending.GENERATION_PROMPT);
        }

        /** Whether a message is an answer that can be continued: the assistant's, with text and without tool calls. */
        public static boolean canBeContinued(ChatMessage message) {
            return message.role().equals("assistant")
                    && message.toolCalls().isEmpty()
                    && !message.hasImages()
                    && !message.text().isEmpty();
        }
    }

    /** Where the prompt of a conversation ends. */
    enum Ending {
        /** Where the assistant's next message begins. */
        GENERATION_PROMPT,
        /** Inside the last message, which is the assistant's: its text is continued. */
        LAST_ANSWER,
        /** Where the last message ends. */
        LAST_MESSAGE
    }

    /** Text as it is: control tokens in it are recognised, and BOS is put before it where the model wants one. */
    record Text(String text) implements Prompt {}

    /** Token ids as they are. */
    record Tokens(int[] ids) implements Prompt {}
}
