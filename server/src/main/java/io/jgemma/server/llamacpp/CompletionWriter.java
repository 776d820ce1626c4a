package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenLogprob;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.Json;
import io.jgemma.server.request.AnswerSettings;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.TimingsJson;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Answers in the form of llama.cpp's {@code /completion}.
 *
 * @param model as the client knows it
 * @param tokenizer names tokens
 * @param settings what was asked for
 * @param fields paths of the fields that are wanted of a whole answer, by slashes; empty = all
 */
record CompletionWriter(String model, Tokenizer tokenizer, AnswerSettings settings, List<String> fields) {
    /** In place of minus infinity, which JSON has not. */
    private static final double LEAST = -9999;

    CompletionWriter {
        fields = List.copyOf(fields);
    }

    /** An answer, of which the client gets what it wants. */
    ObjectNode whole(int index, Answer answer) {
        return wanted(complete(index, answer));
    }

    /** What the client wants of an answer: each field under its path. A path that leads nowhere is left out. */
    ObjectNode wanted(ObjectNode answer) {
        if (fields.isEmpty()) {
            return answer;
        }
        ObjectNode json = Json.object();
        for (String path : fields) {
            JsonNode value = answer.at("/" + path);
            if (!value.isMissingNode()) {
                json.set(path, value);
            }
        }
        return json;
    }

    /** An answer with all fields. */
    ObjectNode complete(int index, Answer answer) {
        GenerationResult result = answer.result();
        ObjectNode json = piece(index, result.text(), result.ids(), true);
        json.put("model", model);
        json.put("tokens_predicted", result.generatedTokens());
        json.put("tokens_evaluated", result.promptTokens());
        json.put("tokens_cached", result.cachedTokens());
        json.put("truncated", false);
        json.put("has_new_line", result.text().indexOf('\n') >= 0);
        json.put("stop_type", stopType(result));
        json.put("stopping_word", result.matchedStop().orElse(""));
        json.set("generation_settings", generationSettings());
        json.set("timings", TimingsJson.of(result.timings()));
        if (settings.topLogprobs().isPresent() && settings.topLogprobs().getAsInt() > 0) {
            json.set("completion_probabilities", probabilities(result.logprobs()));
        }
        return json;
    }

    /** Several answers. */
    ArrayNode all(List<Answer> answers) {
        ArrayNode json = Json.array();
        for (int i = 0; i < answers.size(); i++) {
            json.add(whole(i, answers.get(i)));
        }
        return json;
    }

    /** A piece of an answer. */
    ObjectNode piece(int index, String text, int[] tokens, boolean stop) {
        ObjectNode json = Json.object();
        json.put("index", index);
        json.put("content", text);
        ArrayNode ids = json.putArray("tokens");
        for (int token : tokens) {
            ids.add(token);
        }
        json.put("stop", stop);
        json.put("id_slot", -1);
        return json;
    }

    /** How likely tokens were. */
    ArrayNode probabilities(List<TokenLogprobs> tokens) {
        ArrayNode all = Json.array();
        for (TokenLogprobs token : tokens) {
            ObjectNode entry = entry(token.chosen());
            ArrayNode top = entry.putArray("top_logprobs");
            token.top().forEach(other -> top.add(entry(other)));
            all.add(entry);
        }
        return all;
    }

    private ObjectNode entry(TokenLogprob token) {
        byte[] bytes = tokenizer.pieceBytes(token.id(), true);
        ObjectNode entry = Json.object();
        entry.put("id", token.id());
        entry.put("token", new String(bytes, StandardCharsets.UTF_8));
        ArrayNode values = entry.putArray("bytes");
        for (byte value : bytes) {
            values.add(value & 0xFF);
        }
        entry.put("logprob", Math.max(LEAST, token.logprob()));
        return entry;
    }

    private ObjectNode generationSettings() {
        ObjectNode json = settings(settings.sampling());
        json.put("n_predict", settings.maxTokens().orElse(-1));
        ArrayNode stops = json.putArray("stop");
        settings.stops().forEach(stops::add);
        json.put("ignore_eos", settings.ignoreEnd());
        json.set("logit_bias", biases());
        return json;
    }

    /** What is added to tokens' logits; null stands for minus infinity. */
    private ArrayNode biases() {
        ArrayNode json = Json.array();
        settings.sampling().logitBias().forEach((token, bias) -> {
            ObjectNode entry = json.addObject().put("token", token);
            entry.set("bias", Float.isInfinite(bias) ? entry.nullNode() : entry.numberNode(bias));
        });
        if (settings.ignoreEnd()) {
            for (int token : tokenizer.vocabulary().endOfGenerationIds()) {
                json.addObject().put("token", token).putNull("bias");
            }
        }
        return json;
    }

    /** How tokens are chosen, by llama.cpp's names. */
    static ObjectNode settings(SamplerOptions sampling) {
        ObjectNode json = Json.object();
        json.put("seed", sampling.seed());
        json.put("temperature", sampling.temperature());
        json.put("top_k", sampling.topK());
        json.put("top_p", sampling.topP());
        json.put("min_p", sampling.minP());
        json.put("typical_p", sampling.typicalP());
        json.put("repeat_penalty", sampling.repeatPenalty());
        json.put("repeat_last_n", sampling.repeatLastN());
        json.put("presence_penalty", sampling.presencePenalty());
        json.put("frequency_penalty", sampling.frequencyPenalty());
        return json;
    }

    private static String stopType(GenerationResult result) {
        return switch (result.finish()) {
            case LENGTH, CONTEXT_FULL, DEADLINE -> "limit";
            case CANCELLED -> "none";
            case STOP, TOOL_CALLS -> result.matchedStop().isPresent() ? "word" : "eos";
        };
    }
}
