package io.jgemma.engine;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.List;
import java.util.Map;

/**
 * One generation.
 *
 * @param prompt what to continue
 * @param sampling how tokens are chosen
 * @param maxTokens tokens to generate at most; 0 or less = until the model ends or the context is full
 * @param stops strings that end the answer; none of them is part of it
 * @param ignoreEnd whether to go on past the model's end token (benchmarks)
 */
public record GenerationRequest(
        Prompt prompt, SamplerOptions sampling, int maxTokens, List<String> stops, boolean ignoreEnd) {

    public GenerationRequest {
        stops = List.copyOf(stops);
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
    }

    /** A request with Gemma 3's sampling, until the model ends. */
    public static GenerationRequest of(Prompt prompt) {
        return new GenerationRequest(prompt, SamplerOptions.gemma3(), 0, List.of(), false);
    }

    /** A conversation without tools. */
    public static GenerationRequest chat(List<ChatMessage> messages) {
        return of(new Prompt.Chat(messages, List.of(), Map.of()));
    }

    /** One question without history. */
    public static GenerationRequest chat(String question) {
        return chat(List.of(ChatMessage.user(question)));
    }

    /** Text to continue. */
    public static GenerationRequest text(String text) {
        return of(new Prompt.Text(text));
    }

    public GenerationRequest withSampling(SamplerOptions options) {
        return new GenerationRequest(prompt, options, maxTokens, stops, ignoreEnd);
    }

    public GenerationRequest withMaxTokens(int tokens) {
        return new GenerationRequest(prompt, sampling, tokens, stops, ignoreEnd);
    }

    public GenerationRequest withStops(List<String> strings) {
        return new GenerationRequest(prompt, sampling, maxTokens, strings, ignoreEnd);
    }

    public GenerationRequest withIgnoreEnd(boolean ignore) {
        return new GenerationRequest(prompt, sampling, maxTokens, stops, ignore);
    }
}
