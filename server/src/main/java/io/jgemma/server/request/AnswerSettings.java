package io.jgemma.server.request;

import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenConstraint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a request wants of its answers, whichever API it came through.
 *
 * @param sampling how tokens are chosen
 * @param maxTokens tokens to generate at most; empty = no limit
 * @param stops strings that end an answer
 * @param ignoreEnd whether to go on past the model's end
 * @param topLogprobs how many of the most likely tokens are reported with each; empty = none, nor the chosen one's
 * @param count answers to the same prompt
 * @param deadline time that an answer may take, waiting included
 */
public record AnswerSettings(
        SamplerOptions sampling,
        OptionalInt maxTokens,
        List<String> stops,
        boolean ignoreEnd,
        OptionalInt topLogprobs,
        int count,
        Optional<Duration> deadline) {

    public AnswerSettings {
        stops = List.copyOf(stops);
    }

    /**
     * The requests to the engine, one for each answer. Seeds count up, so that answers differ.
     *
     * @param constraint what keeps each answer in a form
     */
    public List<GenerationRequest> requests(Prompt prompt, Optional<TokenConstraint> constraint) {
        List<GenerationRequest> requests = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long seed = sampling.seed();
            GenerationRequest.Builder request = GenerationRequest.builder(prompt)
                    .sampling(seed == SamplerOptions.RANDOM_SEED ? sampling : sampling.withSeed(seed + i))
                    .stops(stops)
                    .ignoreEnd(ignoreEnd);
            maxTokens.ifPresent(request::maxTokens);
            topLogprobs.ifPresent(request::topLogprobs);
            deadline.ifPresent(request::deadline);
            constraint.ifPresent(request::constraint);
            requests.add(request.build());
        }
        return requests;
    }
}
