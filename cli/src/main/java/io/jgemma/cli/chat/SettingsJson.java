package io.jgemma.cli.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Settings of a conversation as JSON. */
final class SettingsJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SettingsJson() {}

    static void write(JsonGenerator json, ChatSettings settings) throws IOException {
        SamplerOptions sampling = settings.sampling();
        json.writeStartObject();
        json.writeNumberField("temperature", sampling.temperature());
        json.writeNumberField("top_k", sampling.topK());
        json.writeNumberField("top_p", sampling.topP());
        json.writeNumberField("min_p", sampling.minP());
        json.writeNumberField("typical_p", sampling.typicalP());
        json.writeNumberField("repeat_penalty", sampling.repeatPenalty());
        json.writeNumberField("repeat_last_n", sampling.repeatLastN());
        json.writeNumberField("presence_penalty", sampling.presencePenalty());
        json.writeNumberField("frequency_penalty", sampling.frequencyPenalty());
        json.writeObjectFieldStart("logit_bias");
        for (Map.Entry<Integer, Float> bias : new TreeMap<>(sampling.logitBias()).entrySet()) {
            json.writeFieldName(bias.getKey().toString());
            writeBias(json, bias.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("seed", sampling.seed());
        json.writeNumberField("max_tokens", settings.maxTokens());
        json.writeArrayFieldStart("stop");
        for (String stop : settings.stops()) {
            json.writeString(stop);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** JSON has no infinity, so a forbidden token is spelled {@code "-inf"}. */
    private static void writeBias(JsonGenerator json, float bias) throws IOException {
        if (Float.isInfinite(bias)) {
            json.writeString("-inf");
        } else {
            json.writeNumber(bias);
        }
    }

    /** The settings as an object, names as in a file. */
    static ObjectNode tree(ChatSettings settings) {
        TokenBuffer buffer = new TokenBuffer(MAPPER, false);
        try {
            write(buffer, settings);
            return MAPPER.readTree(buffer.asParser());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ChatSettings read(JsonNode node) {
        if (!node.isObject()) {
            throw new MalformedConversationException("\"settings\" is missing or no object.");
        }
        return new ChatSettings(
                sampling(node, SamplerOptions.builder().build()),
                whole(node, "max_tokens", -1),
                stops(node.path("stop")));
    }

    private static SamplerOptions sampling(JsonNode node, SamplerOptions base) {
        try {
            return base.toBuilder()
                    .temperature(real(node, "temperature", base.temperature()))
                    .topK(whole(node, "top_k", base.topK()))
                    .topP(real(node, "top_p", base.topP()))
                    .minP(real(node, "min_p", base.minP()))
                    .typicalP(real(node, "typical_p", base.typicalP()))
                    .repeatPenalty(real(node, "repeat_penalty", base.repeatPenalty()))
                    .repeatLastN(whole(node, "repeat_last_n", base.repeatLastN()))
                    .presencePenalty(real(node, "presence_penalty", base.presencePenalty()))
                    .frequencyPenalty(real(node, "frequency_penalty", base.frequencyPenalty()))
                    .logitBias(biases(node.path("logit_bias")))
                    .seed(seed(node.path("seed"), base.seed()))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new MalformedConversationException("\"settings\": " + e.getMessage() + ".");
        }
    }

    private static float real(JsonNode settings, String name, float otherwise) {
        JsonNode node = settings.path(name);
        if (node.isMissingNode()) {
            return otherwise;
        }
        if (!node.isNumber() || !Float.isFinite(node.floatValue())) {
            throw new MalformedConversationException("setting \"" + name + "\" is " + node + ", not a number.");
        }
        return node.floatValue();
    }

    private static int whole(JsonNode settings, String name, int otherwise) {
        JsonNode node = settings.path(name);
        if (node.isMissingNode()) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw new MalformedConversationException("setting \"" + name + "\" is " + node + ", not a whole number.");
        }
        return node.intValue();
    }

    private static long seed(JsonNode node, long otherwise) {
        if (node.isMissingNode()) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new MalformedConversationException("setting \"seed\" is " + node + ", not a whole number.");
        }
        return node.longValue();
    }

    private static Map<Integer, Float> biases(JsonNode node) {
        Map<Integer, Float> biases = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            try {
                biases.put(Integer.valueOf(entry.getKey()), bias(entry.getValue()));
            } catch (NumberFormatException e) {
                throw new MalformedConversationException("\"logit_bias\" names '" + entry.getKey() + "', no token id.");
            }
        }
        return biases;
    }

    private static float bias(JsonNode node) {
        if (node.isTextual() && node.textValue().equals("-inf")) {
            return Float.NEGATIVE_INFINITY;
        }
        if (!node.isNumber()) {
            throw new MalformedConversationException("a bias is " + node + ", not a number.");
        }
        return node.floatValue();
    }

    private static List<String> stops(JsonNode node) {
        List<String> stops = new ArrayList<>();
        for (JsonNode stop : node) {
            if (!stop.isTextual() || stop.textValue().isEmpty()) {
                throw new MalformedConversationException("\"stop\" holds " + stop + ", not a text.");
            }
            stops.add(stop.textValue());
        }
        return stops;
    }
}
