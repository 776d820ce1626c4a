package io.jgemma.server.request;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How models think where a request does not say.
 *
 * @param on whether they do; empty = as the chat template has it
 * @param budgetTokens tokens of thoughts at most; empty = as many as they like
 * @param inline whether thoughts stay in the text, between the tags that the model writes
 */
public record Thinking(Optional<Boolean> on, OptionalInt budgetTokens, boolean inline) {
    /** As the model does by itself. */
    public static final Thinking DEFAULT = new Thinking(Optional.empty(), OptionalInt.empty(), false);
}
