package io.jgemma.server.request;

import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.List;

/** Forms that an answer must have. They need constrained decoding, which this engine does not have yet: refused by name. */
public final class OutputFormat {
    private static final List<String> FIELDS = List.of(
            "grammar",
            "json_schema",
            "guided_json",
            "guided_regex",
            "guided_choice",
            "guided_grammar",
            "structured_outputs");

    private OutputFormat() {}

    /**
     * Lets requests pass that do not need a form.
     *
     * @throws ApiException with 400 when one does
     */
    public static void requireFree(Fields fields, Tools tools) {
        fields.object("response_format").ifPresent(format -> requireText(fields, format, "response_format"));
        fields.object("text")
                .flatMap(text -> text.object("format"))
                .ifPresent(format -> requireText(fields, format, "text.format"));
        for (String name : FIELDS) {
            if (fields.has(name)
                    && !fields.value(name)
                            .filter(v -> v.isTextual() && v.textValue().isEmpty())
                            .isPresent()) {
                throw refused(fields, name);
            }
        }
        if (tools.choice() instanceof Tools.Choice.Required || tools.choice() instanceof Tools.Choice.Named) {
            throw refused(fields, "tool_choice");
        }
    }

    private static void requireText(Fields fields, Fields format, String name) {
        if (!format.string("type").orElse("text").equals("text")) {
            throw refused(fields, name);
        }
    }

    private static ApiException refused(Fields fields, String name) {
        return fields.invalid(name, "this server cannot hold an answer to a form yet, which " + name + " asks for");
    }
}
