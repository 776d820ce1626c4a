package io.jgemma.engine.chat;

import java.util.Map;

/**
 * A tool call that a model asked for.
 *
 * @param id what the message with the result refers to; may be empty
 * @param name the tool
 * @param arguments by parameter name, in the model's order; kept as a deep, unmodifiable copy. Values are as of JSON:
 *     {@code String}, {@code Boolean}, {@code Long}, {@code BigInteger}, {@code Double}, {@code List}, {@code Map} with
 *     string keys, and null for JSON's null. Other integers become {@code Long}, other fractions {@code Double}.
 */
public record ToolCall(String id, String name, Map<String, Object> arguments) {

    /**
     * Copies the arguments.
     *
     * @throws IllegalArgumentException when an argument is not a JSON value, or nested more than
     *     {@value JsonValues#MAX_DEPTH} deep
     */
    public ToolCall {
        arguments = JsonValues.copy("the arguments of " + name, arguments);
    }
}
