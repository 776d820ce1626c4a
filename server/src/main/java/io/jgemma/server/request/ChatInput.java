package io.jgemma.server.request;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.List;
import java.util.Optional;

/**
 * A conversation that is asked to go on.
 *
 * @param messages as the client sent them
 * @param tools what the model may call
 * @param reasoning how it shall think
 * @param ending where the prompt is to end
 */
public record ChatInput(List<ChatMessage> messages, Tools tools, Reasoning reasoning, Prompt.Ending ending) {
    private static final String CONTINUE = "continue_final_message";
    private static final String GENERATE = "add_generation_prompt";

    public ChatInput {
        messages = List.copyOf(messages);
    }

    /**
     * A conversation that ends with an answer is gone on with there; any other is answered.
     *
     * @param thinking what holds where the request does not say
     */
    public static ChatInput of(Fields fields, List<ChatMessage> messages, Tools tools, Thinking thinking) {
        Prompt.Ending ending = endsWithAnswer(messages) ? Prompt.Ending.LAST_ANSWER : Prompt.Ending.GENERATION_PROMPT;
        return new ChatInput(messages, tools, Reasoning.of(fields, thinking), ending);
    }

    /**
     * A request for chat completions. {@code continue_final_message} and {@code add_generation_prompt} say where its prompt
     * ends; without them a last message of the assistant is continued.
     *
     * @param thinking what holds where the request does not say
     * @param pictures fetches those that are named by their addresses
     * @throws ApiException with 400 when it cannot be read
     */
    public static ChatInput openai(Fields fields, Thinking thinking, Pictures pictures) {
        List<ChatMessage> messages = Messages.openai(fields, pictures);
        return new ChatInput(messages, Tools.openai(fields), Reasoning.of(fields, thinking), ending(fields, messages));
    }

    private static Prompt.Ending ending(Fields fields, List<ChatMessage> messages) {
        Optional<Boolean> continued = fields.bool(CONTINUE);
        Optional<Boolean> generated = fields.bool(GENERATE);
        boolean answer = endsWithAnswer(messages);
        if (continued.orElse(false)) {
            if (generated.orElse(false)) {
                throw fields.invalid(CONTINUE, CONTINUE + " and " + GENERATE + " are both true; choose one of them");
            }
            if (!answer) {
                throw fields.invalid(
                        CONTINUE, CONTINUE + " needs a last message of the assistant with text and without tool calls");
            }
        }
        if (continued.orElse(answer && !generated.orElse(false))) {
            return Prompt.Ending.LAST_ANSWER;
        }
        return generated.orElse(true) ? Prompt.Ending.GENERATION_PROMPT : Prompt.Ending.LAST_MESSAGE;
    }

    private static boolean endsWithAnswer(List<ChatMessage> messages) {
        return !messages.isEmpty() && Prompt.Chat.canBeContinued(messages.getLast());
    }
}
