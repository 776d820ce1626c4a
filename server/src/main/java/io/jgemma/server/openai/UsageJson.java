package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Answer;
import java.util.List;

/** {@code usage} of chat completions and completions. */
final class UsageJson {
    private UsageJson() {}

    /** Of the answers to one prompt: the prompt counts once. */
    static ObjectNode of(List<Answer> answers) {
        return of(answers, 1);
    }

    /** Of the answers to several prompts, of which each has the same number of answers, one after the other. */
    static ObjectNode of(List<Answer> answers, int prompts) {
        int each = Math.max(1, answers.size() / Math.max(1, prompts));
        int prompt = 0;
        int cached = 0;
        int completion = 0;
        int reasoning = 0;
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            if (i % each == 0) {
                prompt += answer.result().promptTokens();
                cached += answer.result().cachedTokens();
            }
            completion += answer.result().generatedTokens();
            reasoning += answer.reasoningTokens();
        }
        ObjectNode usage = Json.object();
        usage.put("prompt_tokens", prompt);
        usage.put("completion_tokens", completion);
        usage.put("total_tokens", prompt + completion);
        usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", reasoning);
        return usage;
    }
}
