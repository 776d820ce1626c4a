package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A form that an answer must have, by the names that OpenAI, llama.cpp and vLLM have for it.
 *
 * @param field which field asks for it
 * @param grammar the texts that are allowed
 */
public record Form(String field, Grammar grammar) {

    /**
     * The form in a request; empty when the answer is free.
     *
     * @throws ApiException with 400 when it cannot be read or kept
     */
    public static Optional<Form> of(Fields fields) {
        List<Form> forms = new ArrayList<>();
        fields.object("response_format").ifPresent(format -> add(forms, "response_format", fields, format));
        fields.object("text")
                .flatMap(text -> text.object("format"))
                .ifPresent(format -> add(forms, "text.format", fields, format));
        fields.object("output_config")
                .flatMap(config -> config.object("format"))
                .ifPresent(format -> add(forms, "output_config.format", fields, format));
        schema(forms, fields, "json_schema");
        schema(forms, fields, "guided_json");
        text(fields, "grammar").ifPresent(text -> forms.add(form(fields, "grammar", () -> Grammar.ofGbnf(text))));
        text(fields, "guided_grammar")
                .ifPresent(text -> forms.add(form(fields, "guided_grammar", () -> Grammar.ofGbnf(text))));
        text(fields, "guided_regex")
                .ifPresent(text -> forms.add(form(fields, "guided_regex", () -> Grammar.ofRegex(text))));
        choices(forms, fields, "guided_choice");
        fields.object("structured_outputs").ifPresent(outputs -> {
            schema(forms, outputs, "json");
            text(outputs, "regex").ifPresent(text -> forms.add(form(outputs, "regex", () -> Grammar.ofRegex(text))));
            text(outputs, "grammar").ifPresent(text -> forms.add(form(outputs, "grammar", () -> Grammar.ofGbnf(text))));
            choices(forms, outputs, "choice");
        });
        if (forms.size() > 1) {
            throw fields.invalid(
                    forms.get(1).field(),
                    forms.get(0).field() + " and " + forms.get(1).field() + " both ask for a form");
        }
        return forms.stream().findFirst();
    }

    private static void add(List<Form> forms, String field, Fields fields, Fields format) {
        switch (format.string("type").orElse("text")) {
            case "text" -> {}
            case "json_object" ->
                forms.add(
                        format.has("schema")
                                ? form(fields, field, () -> ofSchema(format.require("schema")))
                                : form(fields, field, Grammar::anyJsonObject));
            case "json_schema" -> {
                Fields schema = format.object("json_schema").orElse(format);
                forms.add(form(fields, field, () -> ofSchema(schema.require("schema"))));
            }
            case "grammar" -> {
                String text = format.string("grammar")
                        .or(() -> format.string("value"))
                        .orElse("");
                forms.add(form(fields, field, () -> Grammar.ofGbnf(text)));
            }
            default ->
                throw fields.invalid(field, field + ".type is not one of text, json_object, json_schema, grammar");
        }
    }

    private static void schema(List<Form> forms, Fields fields, String name) {
        fields.value(name).ifPresent(value -> forms.add(form(fields, name, () -> ofSchema(value))));
    }

    private static Grammar ofSchema(JsonNode schema) {
        return Grammar.ofJsonSchema(schema.isTextual() ? schema.textValue() : schema.toString());
    }

    private static void choices(List<Form> forms, Fields fields, String name) {
        if (fields.has(name)) {
            List<String> texts =
                    fields.array(name).stream().map(JsonNode::asText).toList();
            forms.add(form(fields, name, () -> Grammar.ofChoices(texts)));
        }
    }

    private static Optional<String> text(Fields fields, String name) {
        return fields.string(name).filter(text -> !text.isBlank());
    }

    private static Form form(Fields fields, String name, Supplier<Grammar> grammar) {
        try {
            return new Form(fields.path(name), grammar.get());
        } catch (GrammarException e) {
            throw fields.invalid(name, fields.path(name) + " is not supported: " + e.getMessage());
        }
    }
}
