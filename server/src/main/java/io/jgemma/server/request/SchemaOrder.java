package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.server.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Puts a JSON schema into one order, whichever order the client wrote it in. Some clients write another order in every
 * process, and a prompt that differs in its first lines shares nothing with the cache. Keywords come in the order in which
 * people write them, others by name; properties that are required come first, in the order of {@code required}.
 */
public final class SchemaOrder {
    private static final List<String> KEYWORDS =
            List.of("type", "title", "description", "enum", "const", "properties", "items", "required");

    private SchemaOrder() {}

    /** The schema in order; what is no schema stays as it is. */
    public static JsonNode of(JsonNode schema) {
        if (!schema.isObject()) {
            return schema;
        }
        ObjectNode ordered = Json.object();
        for (String name : sorted(schema, KEYWORDS)) {
            JsonNode value = schema.get(name);
            ordered.set(
                    name,
                    switch (name) {
                        case "properties", "$defs", "definitions", "patternProperties" ->
                            named(value, required(schema));
                        case "enum", "const", "default", "examples", "example", "required" -> value;
                        default -> nested(value);
                    });
        }
        return ordered;
    }

    private static JsonNode nested(JsonNode value) {
        if (value.isArray()) {
            ArrayNode ordered = Json.array();
            value.forEach(item -> ordered.add(of(item)));
            return ordered;
        }
        return of(value);
    }

    private static JsonNode named(JsonNode schemas, List<String> first) {
        if (!schemas.isObject()) {
            return schemas;
        }
        ObjectNode ordered = Json.object();
        sorted(schemas, first).forEach(name -> ordered.set(name, of(schemas.get(name))));
        return ordered;
    }

    private static List<String> required(JsonNode schema) {
        List<String> names = new ArrayList<>();
        JsonNode required = schema.get("required");
        if (required != null && required.isArray()) {
            required.forEach(name -> names.add(name.asText()));
        }
        return names;
    }

    private static List<String> sorted(JsonNode object, List<String> first) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        names.sort(Comparator.<String>comparingInt(name -> rank(name, first)).thenComparing(Comparator.naturalOrder()));
        return names;
    }

    private static int rank(String name, List<String> first) {
        int index = first.indexOf(name);
        return index < 0 ? first.size() : index;
    }
}
