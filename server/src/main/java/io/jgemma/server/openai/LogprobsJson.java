package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.sample.TokenLogprob;
import io.jgemma.engine.sample.TokenLogprobs;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How likely tokens were, in the form of chat completions and in that of completions. The token that ends an answer is left out. */
final class LogprobsJson {
    /** In place of minus infinity, which JSON has not. */
    private static final double LEAST = -9999;

    private final Tokenizer tokenizer;

    LogprobsJson(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** {@code logprobs} of a choice or a delta of chat completions. */
    ObjectNode chat(List<TokenLogprobs> tokens) {
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        for (TokenLogprobs token : tokens) {
            if (!isEnd(token)) {
                ObjectNode entry = entry(token.chosen());
                ArrayNode top = entry.putArray("top_logprobs");
                token.top().forEach(other -> top.add(entry(other)));
                content.add(entry);
            }
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    private ObjectNode entry(TokenLogprob token) {
        byte[] bytes = tokenizer.pieceBytes(token.id(), true);
        ObjectNode entry = Json.object();
        entry.put("id", token.id());
        entry.put("token", text(bytes));
        entry.put("logprob", finite(token.logprob()));
        ArrayNode values = entry.putArray("bytes");
        for (byte value : bytes) {
            values.add(value & 0xFF);
        }
        return entry;
    }

    /**
     * {@code logprobs} of a choice of completions.
     *
     * @param offset where the first token begins in the text, in characters
     */
    ObjectNode completion(List<TokenLogprobs> tokens, int offset) {
        ObjectNode logprobs = Json.object();
        ArrayNode names = logprobs.putArray("tokens");
        ArrayNode values = logprobs.putArray("token_logprobs");
        ArrayNode tops = logprobs.putArray("top_logprobs");
        ArrayNode offsets = logprobs.putArray("text_offset");
        int position = offset;
        for (TokenLogprobs token : tokens) {
            if (!isEnd(token)) {
                String name = text(tokenizer.pieceBytes(token.chosen().id(), true));
                names.add(name);
                values.add(finite(token.chosen().logprob()));
                ObjectNode top = tops.addObject();
                token.top()
                        .forEach(other ->
                                top.put(text(tokenizer.pieceBytes(other.id(), true)), finite(other.logprob())));
                offsets.add(position);
                position += name.length();
            }
        }
        return logprobs;
    }

    private boolean isEnd(TokenLogprobs token) {
        return tokenizer.vocabulary().isEndOfGeneration(token.chosen().id());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static double finite(double logprob) {
        return Math.max(LEAST, logprob);
    }
}
