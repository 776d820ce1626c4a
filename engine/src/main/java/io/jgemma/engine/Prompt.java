package io.jgemma.engine;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolDefinition;
import java.util.List;
import java.util.Map;

/** What a model is asked to continue. */
public sealed interface Prompt {

    /**
     * A conversation, rendered with the model's chat template and ended by its generation prompt.
     *
     * @param messages oldest first
     * @param tools tools the model may call
     * @param templateVariables further variables for the template, e.g. {@code enable_thinking}
     */
    record Chat(List<ChatMessage> messages, List<ToolDefinition> tools, Map<String, Object> templateVariables)
            implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
            templateVariables = Map.copyOf(templateVariables);
        }
    }

    /** Text as it is: control tokens in it are recognised, and BOS is put before it where the model wants one. */
    record Text(String text) implements Prompt {}

    /** Token ids as they are. */
    record Tokens(int[] ids) implements Prompt {}
}
