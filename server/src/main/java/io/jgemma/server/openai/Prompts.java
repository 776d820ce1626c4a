package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.ArrayList;
import java.util.List;

/** Prompts of completions and embeddings: a text, a list of texts, token ids, or a list of lists of token ids. */
public final class Prompts {
    /** The most prompts of one request. */
    public static final int MAX_PROMPTS = 256;

    private final Fields fields;
    private final String name;
    private final int vocabulary;

    private Prompts(Fields fields, String name, int vocabulary) {
        this.fields = fields;
        this.name = name;
        this.vocabulary = vocabulary;
    }

    /**
     * The prompts in a field.
     *
     * @param vocabulary tokens that the model knows
     * @throws ApiException with 400 when they cannot be read
     */
    public static List<Prompt> of(Fields fields, String name, int vocabulary) {
        return new Prompts(fields, name, vocabulary).read(fields.require(name));
    }

    private List<Prompt> read(JsonNode value) {
        List<Prompt> prompts = new ArrayList<>();
        if (value.isTextual()) {
            prompts.add(new Prompt.Text(value.textValue()));
        } else if (isIds(value)) {
            prompts.add(new Prompt.Tokens(ids(value)));
        } else if (value.isArray() && !value.isEmpty()) {
            for (JsonNode item : value) {
                if (item.isTextual()) {
                    prompts.add(new Prompt.Text(item.textValue()));
                } else if (isIds(item)) {
                    prompts.add(new Prompt.Tokens(ids(item)));
                } else {
                    throw unreadable();
                }
            }
        } else {
            throw unreadable();
        }
        if (prompts.size() > MAX_PROMPTS) {
            throw fields.invalid(name, fields.path(name) + " holds more than " + MAX_PROMPTS + " prompts");
        }
        return prompts;
    }

    private static boolean isIds(JsonNode value) {
        return value.isArray() && !value.isEmpty() && value.get(0).isNumber();
    }

    private int[] ids(JsonNode value) {
        int[] ids = new int[value.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = value.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
                throw fields.invalid(
                        name,
                        fields.path(name) + " holds something that is not a token id; expected 0 to "
                                + (vocabulary - 1));
            }
            ids[i] = id.intValue();
        }
        return ids;
    }

    private ApiException unreadable() {
        return fields.invalid(
                name, fields.path(name) + " is not readable; expected a text, texts, token ids, or lists of token ids");
    }
}
