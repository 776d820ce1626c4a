package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import io.jgemma.server.run.TimingsJson;
import java.util.List;
import java.util.Optional;

/**
 * Chat completions as JSON.
 *
 * @param id of the answer
 * @param created seconds since 1970
 * @param model as the client knows it
 * @param fingerprint names what computes
 * @param tokenizer names tokens
 * @param logprobs whether they were asked for
 * @param inlineReasoning what thoughts stand between if they stay in the text; empty = they come apart from it
 */
record ChatJson(
        String id,
        long created,
        String model,
        String fingerprint,
        Tokenizer tokenizer,
        boolean logprobs,
        Optional<ReasoningTags> inlineReasoning) {

    /** The whole answer. */
    ObjectNode completion(List<Answer> answers) {
        ObjectNode json = head("chat.completion");
        ArrayNode choices = json.putArray("choices");
        for (int i = 0; i < answers.size(); i++) {
            choices.add(choice(i, answers.get(i)));
        }
        json.set("usage", UsageJson.of(answers));
        json.set("timings", TimingsJson.of(answers.getFirst().result().timings()));
        return json;
    }

    private ObjectNode choice(int index, Answer answer) {
        ObjectNode choice = Json.object();
        choice.put("index", index);
        ObjectNode message = choice.putObject("message");
        message.put("role", "assistant");
        String text = answer.text(inlineReasoning);
        message.put("content", text.isEmpty() && !answer.calls().isEmpty() ? null : text);
        message.putNull("refusal");
        if (inlineReasoning.isEmpty() && !answer.result().reasoning().isEmpty()) {
            message.put("reasoning_content", answer.result().reasoning());
        }
        if (!answer.calls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            answer.calls().forEach(call -> calls.add(call(call, arguments(call))));
        }
        choice.set(
                "logprobs",
                logprobs ? new LogprobsJson(tokenizer).chat(answer.result().logprobs()) : null);
        choice.put("finish_reason", Answer.finish(answer.result().finish()));
        return choice;
    }

    private static ObjectNode call(ToolCall call, String arguments) {
        ObjectNode json = Json.object();
        json.put("id", call.id());
        json.put("type", "function");
        json.putObject("function").put("name", call.name()).put("arguments", arguments);
        return json;
    }

    /** JSON text of a call's arguments. */
    static String arguments(ToolCall call) {
        return Json.text(call.arguments());
    }

    /** A chunk without choices. */
    ObjectNode chunk() {
        ObjectNode json = head("chat.completion.chunk");
        json.putArray("choices");
        return json;
    }

    /** A chunk with one choice, to whose {@code delta} more is added. */
    ObjectNode chunk(int index) {
        ObjectNode json = head("chat.completion.chunk");
        ObjectNode choice = json.putArray("choices").addObject();
        choice.put("index", index);
        choice.putObject("delta");
        choice.putNull("logprobs");
        choice.putNull("finish_reason");
        return json;
    }

    /** The choice of a chunk. */
    static ObjectNode choice(ObjectNode chunk) {
        return (ObjectNode) chunk.get("choices").get(0);
    }

    /** The delta of a chunk. */
    static ObjectNode delta(ObjectNode chunk) {
        return (ObjectNode) choice(chunk).get("delta");
    }

    /** The delta that begins a call: the only one with its id and name. */
    static void beginCall(ObjectNode delta, int index, ToolCall call) {
        ObjectNode json = call(call, "");
        ObjectNode indexed = delta.putArray("tool_calls").addObject();
        indexed.put("index", index);
        indexed.setAll(json);
    }

    /** The delta with a call's arguments. */
    static void continueCall(ObjectNode delta, int index, ToolCall call) {
        ObjectNode indexed = delta.putArray("tool_calls").addObject();
        indexed.put("index", index);
        indexed.putObject("function").put("arguments", arguments(call));
    }

    private ObjectNode head(String object) {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("object", object);
        json.put("created", created);
        json.put("model", model);
        json.put("system_fingerprint", fingerprint);
        return json;
    }
}
