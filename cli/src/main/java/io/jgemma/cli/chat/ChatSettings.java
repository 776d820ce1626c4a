package io.jgemma.cli.chat;

import io.jgemma.engine.sample.SamplerOptions;
import java.util.List;
import java.util.Map;

/**
 * How answers are made.
 *
 * @param sampling how tokens are chosen
 * @param maxTokens tokens of an answer at most; less than 0 = no limit
 * @param stops texts that end an answer
 * @param variables further variables of the chat template; they are not saved with a conversation
 */
record ChatSettings(SamplerOptions sampling, int maxTokens, List<String> stops, Map<String, Object> variables) {
    ChatSettings {
        stops = List.copyOf(stops);
        variables = Map.copyOf(variables);
    }

    /** Settings without variables for the template. */
    ChatSettings(SamplerOptions sampling, int maxTokens, List<String> stops) {
        this(sampling, maxTokens, stops, Map.of());
    }

    /** The same with other variables for the template. */
    ChatSettings withVariables(Map<String, Object> newVariables) {
        return new ChatSettings(sampling, maxTokens, stops, newVariables);
    }
}
