package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.models.Models;
import io.jgemma.server.request.ChatInput;
import io.jgemma.server.request.Pictures;
import io.jgemma.server.request.Thinking;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What all routes work with.
 *
 * @param models the models there are
 * @param admission how many requests are taken
 * @param answers generates
 * @param constraints keeps answers in a form
 * @param limits what a request may ask for
 * @param thinking how models think where a request does not say
 * @param pictures fetches the pictures of one request that are named by their addresses
 * @param ids names answers
 * @param clock tells the time
 */
public record Service(
        Models models,
        Admission admission,
        Answers answers,
        Constraints constraints,
        Limits limits,
        Thinking thinking,
        Supplier<Pictures> pictures,
        Ids ids,
        InstantSource clock) {

    /**
     * What a request may ask for.
     *
     * @param promptTokens tokens of a prompt
     * @param answerTokens tokens of an answer
     * @param deadline time for an answer, waiting included
     */
    public record Limits(OptionalInt promptTokens, OptionalInt answerTokens, Optional<Duration> deadline) {}

    /** The model that a request names, held until the lease is closed. */
    public ModelLease model(Fields request) {
        return models.acquire(request.string("model").orElse(null), KeepAlive.of(request));
    }

    /**
     * A conversation as OpenAI's API spells it.
     *
     * @throws ApiException with 400 when it cannot be read
     */
    public ChatInput conversation(Fields request) {
        return ChatInput.openai(request, thinking, pictures.get());
    }

    /** Seconds since 1970. */
    public long now() {
        return clock.instant().getEpochSecond();
    }

    /**
     * Refuses a prompt that is longer than prompts may be.
     *
     * @throws ApiException with 400 when it is
     */
    public void requireLength(Engine engine, Prompt prompt) {
        if (limits.promptTokens().isPresent()) {
            int most = limits.promptTokens().getAsInt();
            int tokens = engine.countTokens(prompt);
            if (tokens > most) {
                throw ApiException.contextExceeded(
                        "the prompt has " + tokens + " tokens, but this server takes " + most, tokens, most);
            }
        }
    }
}
