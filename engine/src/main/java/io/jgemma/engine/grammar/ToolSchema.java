package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.json.Json;
import io.jgemma.engine.grammar.json.JsonSchemaCompiler;
import io.jgemma.engine.grammar.json.Notation;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The schema of a tool's arguments. */
final class ToolSchema {
    private static final Json.Obj ANY_OBJECT = new Json.Obj(Map.of("type", new Json.Str("object")));

    private ToolSchema() {}

    /**
     * The schema: always of an object. Where it names properties and says nothing of others, there are no others: a model that
     * makes arguments up helps nobody.
     */
    static Json of(ToolGrammar.Tool tool) {
        Map<String, Json> entries = new LinkedHashMap<>();
        tool.definition().parameters().forEach((key, value) -> entries.put(key, json(value)));
        entries.put("type", new Json.Str("object"));
        boolean open = entries.containsKey("additionalProperties")
                || entries.containsKey("patternProperties")
                || entries.containsKey("propertyNames")
                || List.of("allOf", "anyOf", "oneOf", "$ref", "if").stream().anyMatch(entries::containsKey);
        if (!open) {
            entries.put("additionalProperties", new Json.Bool(false));
            entries.put("properties", withRequired(entries));
        }
        Json schema = new Json.Obj(entries);
        return tool.strict() || isSupported(schema) ? schema : ANY_OBJECT;
    }

    /** The properties, and those that are only named as required: with any value, because they have to be there. */
    private static Json withRequired(Map<String, Json> entries) {
        Json given = entries.getOrDefault("properties", new Json.Obj(Map.of()));
        if (!(given instanceof Json.Obj(Map<String, Json> properties))
                || !(entries.get("required") instanceof Json.Arr(List<Json> required))) {
            return given;
        }
        Map<String, Json> all = new LinkedHashMap<>(properties);
        for (Json name : required) {
            if (name instanceof Json.Str(String text)) {
                all.putIfAbsent(text, new Json.Bool(true));
            }
        }
        return new Json.Obj(all);
    }

    private static boolean isSupported(Json schema) {
        GrammarBuilder builder = new GrammarBuilder();
        Rule rule = builder.rule("arguments");
        try {
            JsonSchemaCompiler.value(schema, Notation.spacedJson(builder.store()), builder, rule);
            builder.build(rule);
            return true;
        } catch (GrammarException e) {
            return false;
        }
    }

    private static Json json(@Nullable Object value) {
        return switch (value) {
            case null -> new Json.Null();
            case Boolean truth -> new Json.Bool(truth);
            case BigInteger big -> new Json.Num(new BigDecimal(big));
            case Double real -> new Json.Num(BigDecimal.valueOf(real));
            case Number number -> new Json.Num(BigDecimal.valueOf(number.longValue()));
            case Map<?, ?> map -> {
                Map<String, Json> entries = new LinkedHashMap<>();
                map.forEach((key, entry) -> entries.put(String.valueOf(key), json(entry)));
                yield new Json.Obj(entries);
            }
            case List<?> list -> {
                List<Json> items = new ArrayList<>();
                list.forEach(item -> items.add(json(item)));
                yield new Json.Arr(items);
            }
            default -> new Json.Str(String.valueOf(value));
        };
    }
}
