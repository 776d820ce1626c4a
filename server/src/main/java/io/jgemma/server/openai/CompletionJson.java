package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.TimingsJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completions as JSON.
 *
 * @param id of the answer
 * @param created seconds since 1970
 * @param model as the client knows it
 * @param fingerprint names what computes
 * @param tokenizer names tokens
 * @param logprobs whether they were asked for
 * @param echoes what stands before each answer; empty = nothing
 */
record CompletionJson(
        String id,
        long created,
        String model,
        String fingerprint,
        Tokenizer tokenizer,
        boolean logprobs,
        List<String> echoes) {

    CompletionJson {
        echoes = List.copyOf(echoes);
    }

    /** What stands before an answer. */
    String echo(int index) {
        return echoes.isEmpty() ? "" : echoes.get(index);
    }

    /** All answers. */
    ObjectNode completion(List<Answer> answers, int prompts) {
        ObjectNode json = head();
        ArrayNode choices = json.putArray("choices");
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            String text = echo(i) + answer.result().text();
            choices.add(choice(
                    i,
                    text,
                    0,
                    answer.result().logprobs(),
                    Answer.finish(answer.result().finish())));
        }
        json.set("usage", UsageJson.of(answers, prompts));
        json.set("timings", TimingsJson.of(answers.getFirst().result().timings()));
        return json;
    }

    /** A chunk with a piece of one answer. */
    ObjectNode chunk(int index, String text, int offset, List<TokenLogprobs> tokens, @Nullable String finish) {
        ObjectNode json = head();
        json.putArray("choices").add(choice(index, text, offset, tokens, finish));
        return json;
    }

    /** The last chunk, with the usage. */
    ObjectNode usage(List<Answer> answers, int prompts) {
        ObjectNode json = head();
        json.putArray("choices");
        json.set("usage", UsageJson.of(answers, prompts));
        return json;
    }

    private ObjectNode choice(int index, String text, int offset, List<TokenLogprobs> tokens, @Nullable String finish) {
        ObjectNode choice = Json.object();
        choice.put("index", index);
        choice.put("text", text);
        choice.set("logprobs", logprobs ? new LogprobsJson(tokenizer).completion(tokens, offset) : null);
        choice.put("finish_reason", finish);
        return choice;
    }

    private ObjectNode head() {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("object", "text_completion");
        json.put("created", created);
        json.put("model", model);
        json.put("system_fingerprint", fingerprint);
        return json;
    }
}
