package io.jgemma.server.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.openai.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts of {@code /completion}: a text, an object with {@code prompt_string}, or a list. In a list with token ids, texts
 * and ids are one prompt; any other list holds several.
 */
final class CompletionPrompts {
    private static final String NAME = "prompt";
    private static final String TEXT = "prompt_string";
    private static final String MEDIA = "multimodal_data";

    private final Fields fields;
    private final Tokenizer tokenizer;

    private CompletionPrompts(Fields fields, Tokenizer tokenizer) {
        this.fields = fields;
        this.tokenizer = tokenizer;
    }

    /**
     * The prompts of a request.
     *
     * @throws ApiException with 400 when they cannot be read
     */
    static List<Prompt> of(Fields fields, Tokenizer tokenizer) {
        return new CompletionPrompts(fields, tokenizer).read(fields.require(NAME));
    }

    private List<Prompt> read(JsonNode value) {
        if (!value.isArray() || hasIds(value)) {
            return List.of(prompt(value, NAME));
        }
        if (value.isEmpty()) {
            throw fields.invalid(NAME, "prompt is an empty list");
        }
        if (value.size() > Prompts.MAX_PROMPTS) {
            throw fields.invalid(NAME, "prompt holds more than " + Prompts.MAX_PROMPTS + " prompts");
        }
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            prompts.add(prompt(value.get(i), NAME + "[" + i + "]"));
        }
        return prompts;
    }

    private static boolean hasIds(JsonNode list) {
        for (JsonNode item : list) {
            if (item.isNumber()) {
                return true;
            }
        }
        return false;
    }

    private Prompt prompt(JsonNode value, String path) {
        if (value.isTextual()) {
            return new Prompt.Text(value.textValue());
        }
        if (value.isObject()) {
            Fields object = Fields.of(value, path);
            if (!object.array(MEDIA).isEmpty()) {
                throw object.invalid(
                        MEDIA, object.path(MEDIA) + " cannot be taken here; send pictures to /v1/chat/completions");
            }
            return new Prompt.Text(object.requireString(TEXT));
        }
        if (!value.isArray() || value.isEmpty()) {
            throw fields.invalid(
                    NAME, path + " is not readable; expected a text, token ids, or a list of texts and token ids");
        }
        return mixed(value, path);
    }

    private Prompt mixed(JsonNode list, String path) {
        IntStream.Builder ids = IntStream.builder();
        int vocabulary = tokenizer.vocabulary().size();
        for (int i = 0; i < list.size(); i++) {
            JsonNode item = list.get(i);
            if (item.isTextual()) {
                EncodeOptions options = i == 0 ? EncodeOptions.PROMPT : EncodeOptions.FRAGMENT;
                IntStream.of(tokenizer.encode(item.textValue(), options)).forEach(ids);
            } else if (item.isIntegralNumber() && item.longValue() >= 0 && item.longValue() < vocabulary) {
                ids.add(item.intValue());
            } else {
                throw fields.invalid(NAME, path + "[" + i + "] is neither a text nor one of " + vocabulary + " tokens");
            }
        }
        return new Prompt.Tokens(ids.build().toArray());
    }
}
