package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How tokens are chosen, by the names that OpenAI, Anthropic, llama.cpp and vLLM have for it. */
public final class Sampling {
    private static final long LLAMA_CPP_RANDOM_SEED = 0xFFFF_FFFFL;

    /** Samplers of other servers that are not here, with the value that leaves them off. */
    private static final Map<String, Double> ABSENT = Map.of(
            "mirostat", 0.0,
            "dry_multiplier", 0.0,
            "xtc_probability", 0.0,
            "dynatemp_range", 0.0,
            "top_n_sigma", -1.0,
            "adaptive_target", -1.0,
            "length_penalty", 1.0,
            "best_of", 1.0);

    private final Fields fields;
    private final Tokenizer tokenizer;

    private Sampling(Fields fields, Tokenizer tokenizer) {
        this.fields = fields;
        this.tokenizer = tokenizer;
    }

    /**
     * The options of a request.
     *
     * @param base what holds where the request says nothing
     * @param tokenizer finds the tokens of biases that name text
     * @throws ApiException with 400 when a value is out of range, or names a sampler that is not here
     */
    public static SamplerOptions of(Fields fields, SamplerOptions base, Tokenizer tokenizer) {
        return new Sampling(fields, tokenizer).over(base);
    }

    private SamplerOptions over(SamplerOptions base) {
        refuseAbsent();
        SamplerOptions.Builder options = base.toBuilder();
        number("temperature", 0, 100).ifPresent(value -> options.temperature((float) value));
        number("top_p", 0, 1).ifPresent(value -> options.topP((float) value));
        number("min_p", 0, 1).ifPresent(value -> options.minP((float) value));
        number("typical_p", 0, 1).ifPresent(value -> options.typicalP((float) value));
        fields.integer("top_k", -1, Integer.MAX_VALUE).ifPresent(options::topK);
        number("repetition_penalty", 0.01, 100).ifPresent(value -> options.repeatPenalty((float) value));
        number("repeat_penalty", 0.01, 100).ifPresent(value -> options.repeatPenalty((float) value));
        fields.integer("repeat_last_n", -1, SamplerOptions.MAX_REPEAT_LAST_N).ifPresent(options::repeatLastN);
        number("presence_penalty", -100, 100).ifPresent(value -> options.presencePenalty((float) value));
        number("frequency_penalty", -100, 100).ifPresent(value -> options.frequencyPenalty((float) value));
        fields.integer("seed")
                .ifPresent(seed -> options.seed(seed == LLAMA_CPP_RANDOM_SEED ? SamplerOptions.RANDOM_SEED : seed));
        fields.value("logit_bias").ifPresent(value -> {
            Map<Integer, Float> biases = new HashMap<>(base.logitBias());
            readBiases(value, biases);
            options.logitBias(biases);
        });
        return options.build();
    }

    /** Negative temperatures come from clients in which it is switched off: they are read as 0. */
    private OptionalDouble number(String name, double least, double most) {
        OptionalDouble value = fields.number(name);
        if (value.isEmpty()) {
            return value;
        }
        double number = value.getAsDouble();
        if (name.equals("temperature") && number < 0) {
            return OptionalDouble.of(0);
        }
        if (number < least || number > most) {
            throw fields.invalid(name, fields.path(name) + " is " + number + "; expected " + least + " to " + most);
        }
        return value;
    }

    private void refuseAbsent() {
        ABSENT.forEach((name, off) -> {
            OptionalDouble value = fields.number(name);
            if (value.isPresent() && value.getAsDouble() > off) {
                throw fields.invalid(
                        name,
                        "this server does not have '" + name + "'; leave it out, or set it to " + off
                                + ", which switches it off");
            }
        });
    }

    private void readBiases(JsonNode value, Map<Integer, Float> biases) {
        if (value.isObject()) {
            value.properties().forEach(entry -> add(entry.getKey(), entry.getValue(), biases));
        } else if (value.isArray()) {
            for (JsonNode pair : value) {
                if (!pair.isArray() || pair.size() != 2) {
                    throw wrongBias();
                }
                JsonNode token = pair.get(0);
                add(token.isTextual() ? token.textValue() : token.asText(), pair.get(1), biases);
            }
        } else {
            throw wrongBias();
        }
    }

    private void add(String token, JsonNode value, Map<Integer, Float> biases) {
        float bias;
        if (value.isNumber()) {
            bias = value.floatValue();
        } else if (value.isBoolean() && !value.booleanValue()) {
            bias = Float.NEGATIVE_INFINITY;
        } else {
            throw wrongBias();
        }
        if (Float.isNaN(bias) || bias == Float.POSITIVE_INFINITY) {
            throw wrongBias();
        }
        for (int id : ids(token)) {
            if (id < 0 || id >= tokenizer.vocabulary().size()) {
                throw fields.invalid(
                        "logit_bias",
                        "logit_bias names the token " + id + ", but the model knows 0 to "
                                + (tokenizer.vocabulary().size() - 1) + " only");
            }
            biases.put(id, bias);
        }
    }

    private int[] ids(String token) {
        if (token.matches("-?[0-9]{1,9}")) {
            return new int[] {Integer.parseInt(token)};
        }
        return tokenizer.encode(token);
    }

    private ApiException wrongBias() {
        return fields.invalid(
                "logit_bias",
                "logit_bias is not readable; expected an object of token ids and numbers, or a list of [token, number] with"
                        + " false in place of the number to forbid the token");
    }

    /**
     * Strings that end an answer: one, or a list. Empty ones are passed over.
     *
     * @param name {@code stop} or {@code stop_sequences}
     */
    public static List<String> stops(Fields fields, String name) {
        final int most = 64;
        JsonNode value = fields.value(name).orElse(null);
        if (value == null) {
            return List.of();
        }
        List<String> stops = new ArrayList<>();
        if (value.isTextual()) {
            stops.add(value.textValue());
        } else {
            for (JsonNode item : fields.array(name)) {
                if (!item.isTextual()) {
                    throw fields.invalid(name, fields.path(name) + " holds something that is not a string");
                }
                stops.add(item.textValue());
            }
        }
        stops.removeIf(String::isEmpty);
        if (stops.size() > most) {
            throw fields.invalid(name, fields.path(name) + " holds more than " + most + " strings");
        }
        return List.copyOf(stops);
    }
}
