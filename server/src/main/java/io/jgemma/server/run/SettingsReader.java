package io.jgemma.server.run;

import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.server.json.Fields;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.request.Sampling;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads what a request wants of its answers. */
public final class SettingsReader {
    /** The most answers to one prompt. */
    public static final int MAX_COUNT = 16;

    private SettingsReader() {}

    /**
     * The settings.
     *
     * @param maxTokenFields names of the limit of tokens, the one that counts first
     * @param stopField name of the strings that end an answer
     * @param topLogprobs how many likely tokens are told, if any
     */
    public static AnswerSettings of(
            Service service,
            Fields fields,
            ModelLease model,
            List<String> maxTokenFields,
            String stopField,
            OptionalInt topLogprobs) {
        return new AnswerSettings(
                Sampling.of(fields, model.sampling(), model.engine().tokenizer()),
                maxTokens(service, fields, maxTokenFields),
                Sampling.stops(fields, stopField),
                fields.isTrue("ignore_eos"),
                topLogprobs,
                fields.integer("n", 1, MAX_COUNT).orElse(1),
                service.limits().deadline());
    }

    /** {@code logprobs} as true with {@code top_logprobs}, as chat completions have it. */
    public static OptionalInt chatLogprobs(Fields fields) {
        boolean wanted = fields.isTrue("logprobs");
        OptionalInt top = fields.integer("top_logprobs", 0, GenerationRequest.MAX_TOP_LOGPROBS);
        return wanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
    }

    private static OptionalInt maxTokens(Service service, Fields fields, List<String> names) {
        OptionalInt most = service.limits().answerTokens();
        for (String name : names) {
            OptionalLong value = fields.integer(name);
            if (value.isPresent() && value.getAsLong() >= 0) {
                int asked = (int) Math.min(Integer.MAX_VALUE, value.getAsLong());
                return OptionalInt.of(Math.min(asked, most.orElse(asked)));
            }
            if (value.isPresent() && value.getAsLong() < -2) {
                throw fields.invalid(name, fields.path(name) + " is " + value.getAsLong() + "; expected 0 or more");
            }
        }
        return most;
    }
}
