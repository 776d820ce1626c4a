package io.jgemma.engine.grammar.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What an object needs if it has a property: other properties, or to satisfy a schema. */
record Dependencies(SchemaNode owner, List<String> required, List<SchemaNode> schemas) {

    /** By the property's name: {@code dependentRequired}, {@code dependentSchemas}, and both under their name before. */
    static Map<String, Dependencies> of(SchemaNode node, Keywords keywords) {
        Map<String, Dependencies> all = new LinkedHashMap<>();
        for (String keyword : List.of("dependentRequired", "dependentSchemas", "dependencies")) {
            switch (node.keyword(keyword).orElse(null)) {
                case null -> {}
                case Json.Obj(Map<String, Json> entries) ->
                    entries.forEach((name, value) -> {
                        Dependencies one = one(node, keywords, keyword, name, value);
                        all.merge(name, one, Dependencies::and);
                    });
                default -> throw node.malformed(keyword, "an object");
            }
        }
        return all;
    }

    private static Dependencies one(SchemaNode node, Keywords keywords, String keyword, String name, Json value) {
        if (value instanceof Json.Arr(List<Json> items)) {
            return new Dependencies(node, Keywords.strings(node, keyword, items), List.of());
        }
        if (value instanceof Json.Str(String single)) {
            return new Dependencies(node, List.of(single), List.of());
        }
        return new Dependencies(node, List.of(), List.of(keywords.index().child(node, keyword, name, value)));
    }

    private Dependencies and(Dependencies other) {
        List<String> names = new ArrayList<>(required);
        names.addAll(other.required);
        List<SchemaNode> both = new ArrayList<>(schemas);
        both.addAll(other.schemas);
        return new Dependencies(owner, names, both);
    }

    /** The ways to satisfy it: no object, no such property, or all that it needs. */
    Branch.Choice choice(String name, Keywords keywords) {
        Literal never = keywords.never();
        List<Consumer<Branch>> ways = List.of(way -> way.groups.add(Branch.Group.of(name, never)), way -> {
            way.only(Types.OBJECT);
            way.required.add(name);
            way.required.addAll(required);
            schemas.forEach(needed -> way.pending.add(Literal.of(needed)));
        });
        return new Branch.Choice(ways);
    }
}
