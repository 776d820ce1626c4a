package io.jgemma.engine.generation;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenConstraint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One generation: what to continue, and how. Made by {@link #builder}, {@link #of} and its shorter forms. Immutable. */
public final class GenerationRequest {

    /** The most tokens that are reported beside the chosen one. */
    public static final int MAX_TOP_LOGPROBS = 20;

    private final Prompt prompt;
    private final @Nullable SamplerOptions sampling;
    private final OptionalInt maxTokens;
    private final List<String> stops;
    private final boolean ignoreEnd;
    private final OptionalInt topLogprobs;
    private final @Nullable TokenConstraint constraint;
    private final @Nullable Duration deadline;
    private final @Nullable Speculation speculation;

    private GenerationRequest(Builder from) {
        prompt = from.prompt;
        sampling = from.sampling;
        maxTokens = from.maxTokens;
        stops = from.stops;
        ignoreEnd = from.ignoreEnd;
        topLogprobs = from.topLogprobs;
        constraint = from.constraint;
        deadline = from.deadline;
        speculation = from.speculation;
    }

    /** A request to continue a prompt. */
    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /** A builder with the values of this request. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** A request with the model's sampling, until the model ends. */
    public static GenerationRequest of(Prompt prompt) {
        return builder(prompt).build();
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

    /** What to continue. */
    public Prompt prompt() {
        return prompt;
    }

    /** How tokens are chosen; empty = {@link io.jgemma.engine.Engine#defaultSampling}. */
    public Optional<SamplerOptions> sampling() {
        return Optional.ofNullable(sampling);
    }

    /** Tokens to generate at most, 0 or more; empty = until the model ends or the context is full. */
    public OptionalInt maxTokens() {
        return maxTokens;
    }

    /** Strings that end the answer; none of them is part of it. */
    public List<String> stops() {
        return stops;
    }

    /** Whether to go on past the model's end token (benchmarks). */
    public boolean ignoreEnd() {
        return ignoreEnd;
    }

    /**
     * How many of the most likely tokens are reported with each token, 0 to {@value #MAX_TOP_LOGPROBS}; empty = not even the
     * chosen token's log-probability.
     */
    public OptionalInt topLogprobs() {
        return topLogprobs;
    }

    /** The constraint on the answer, such as a grammar. It is forked for each generation and never moved itself. */
    public Optional<TokenConstraint> constraint() {
        return Optional.ofNullable(constraint);
    }

    /** How long the generation may take after it was submitted, waiting included; empty = no limit. */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** How tokens are guessed; empty = {@link io.jgemma.engine.EngineOptions#speculation}. */
    public Optional<Speculation> speculation() {
        return Optional.ofNullable(speculation);
    }

    /** See {@link #sampling()}. */
    public GenerationRequest withSampling(SamplerOptions options) {
        return toBuilder().sampling(options).build();
    }

    /** See {@link #maxTokens()}. */
    public GenerationRequest withMaxTokens(int tokens) {
        return toBuilder().maxTokens(tokens).build();
    }

    /** See {@link #stops()}. */
    public GenerationRequest withStops(List<String> strings) {
        return toBuilder().stops(strings).build();
    }

    /** See {@link #ignoreEnd()}. */
    public GenerationRequest withIgnoreEnd(boolean ignore) {
        return toBuilder().ignoreEnd(ignore).build();
    }

    /** Makes requests. */
    public static final class Builder {
        private final Prompt prompt;
        private @Nullable SamplerOptions sampling;
        private OptionalInt maxTokens = OptionalInt.empty();
        private List<String> stops = List.of();
        private boolean ignoreEnd;
        private OptionalInt topLogprobs = OptionalInt.empty();
        private @Nullable TokenConstraint constraint;
        private @Nullable Duration deadline;
        private @Nullable Speculation speculation;

        private Builder(Prompt prompt) {
            this.prompt = prompt;
        }

        private Builder(GenerationRequest from) {
            prompt = from.prompt;
            sampling = from.sampling;
            maxTokens = from.maxTokens;
            stops = from.stops;
            ignoreEnd = from.ignoreEnd;
            topLogprobs = from.topLogprobs;
            constraint = from.constraint;
            deadline = from.deadline;
            speculation = from.speculation;
        }

        /** See {@link GenerationRequest#sampling()}. */
        public Builder sampling(SamplerOptions value) {
            sampling = value;
            return this;
        }

        /**
         * See {@link GenerationRequest#maxTokens()}.
         *
         * @throws IllegalArgumentException when negative
         */
        public Builder maxTokens(int value) {
            if (value < 0) {
                throw new IllegalArgumentException(
                        "maxTokens is " + value + ", expected 0 or more; without a limit, do not set it");
            }
            maxTokens = OptionalInt.of(value);
            return this;
        }

        /**
         * See {@link GenerationRequest#stops()}.
         *
         * @throws IllegalArgumentException when one is empty
         */
        public Builder stops(List<String> value) {
            stops = List.copyOf(value);
            if (stops.stream().anyMatch(String::isEmpty)) {
                throw new IllegalArgumentException("a stop string must not be empty");
            }
            return this;
        }

        /** See {@link GenerationRequest#ignoreEnd()}. */
        public Builder ignoreEnd(boolean value) {
            ignoreEnd = value;
            return this;
        }

        /**
         * See {@link GenerationRequest#topLogprobs()}.
         *
         * @throws IllegalArgumentException when not 0 to {@value #MAX_TOP_LOGPROBS}
         */
        public Builder topLogprobs(int value) {
            if (value < 0 || value > MAX_TOP_LOGPROBS) {
                throw new IllegalArgumentException("topLogprobs is " + value + ", expected 0 to " + MAX_TOP_LOGPROBS);
            }
            topLogprobs = OptionalInt.of(value);
            return this;
        }

        /** See {@link GenerationRequest#constraint()}. */
        public Builder constraint(TokenConstraint value) {
            constraint = value;
            return this;
        }

        /**
         * See {@link GenerationRequest#deadline()}.
         *
         * @throws IllegalArgumentException when not positive
         */
        public Builder deadline(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("the deadline is " + value + ", expected a positive duration");
            }
            deadline = value;
            return this;
        }

        /** See {@link GenerationRequest#speculation()}. */
        public Builder speculation(Speculation value) {
            speculation = value;
            return this;
        }

        /** The request. */
        public GenerationRequest build() {
            return new GenerationRequest(this);
        }
    }
}
