package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.scalar.Formats;
import io.jgemma.engine.grammar.scalar.NumberBounds;
import io.jgemma.engine.grammar.scalar.NumberFact;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** What a schema asks of what satisfies it. */
final class PositiveKeywords {
    /** Keywords that say something about values and are not kept. */
    private static final Set<String> REFUSED =
            Set.of("unevaluatedItems", "unevaluatedProperties", "$recursiveRef", "extends", "disallow");

    private final Keywords keywords;

    PositiveKeywords(Keywords keywords) {
        this.keywords = keywords;
    }

    void apply(SchemaNode node, Branch branch) {
        if (reference(node, branch) && !keywords.index().draft().refHasSiblings()) {
            return;
        }
        for (String name : REFUSED) {
            if (node.has(name) && !(node.keywords().get(name) instanceof Json.Bool(boolean truth) && truth)) {
                branch.refuse(refusedType(name), node.at(name), "'" + name + "' is not supported");
            }
        }
        type(node, branch);
        values(node, branch);
        numbers(node, branch);
        strings(node, branch);
        arrays(node, branch);
        objects(node, branch);
        combinations(node, branch);
    }

    private static int refusedType(String name) {
        return switch (name) {
            case "unevaluatedItems" -> Types.ARRAY;
            case "unevaluatedProperties" -> Types.OBJECT;
            default -> Types.ALL;
        };
    }

    private boolean reference(SchemaNode node, Branch branch) {
        boolean found = false;
        for (String keyword : List.of("$ref", "$dynamicRef")) {
            if (node.keyword(keyword).orElse(null) instanceof Json.Str(String reference)) {
                // First, so that the properties it names come where it stands.
                branch.pending.addFirst(Literal.of(keywords.index().resolve(node, keyword, reference)));
                found = true;
            }
        }
        return found;
    }

    static void type(SchemaNode node, Branch branch) {
        Optional<Json> type = node.keyword("type");
        if (type.isEmpty()) {
            return;
        }
        List<String> names = switch (type.get()) {
            case Json.Str(String name) -> List.of(name);
            case Json.Arr(List<Json> items) -> Keywords.strings(node, "type", items);
            default -> throw node.malformed("type", "a type's name, or an array of such");
        };
        int bits = 0;
        boolean integer = false;
        for (String name : names) {
            int bit = Types.of(name);
            if (bit == 0 && !name.equals("any")) {
                throw node.malformed(
                        "type", "null, boolean, number, integer, string, array or object, got '" + name + "'");
            }
            bits |= bit == 0 ? Types.ALL : bit;
            integer |= name.equals("integer");
        }
        if (node.keyword("nullable").orElse(null) instanceof Json.Bool(boolean nullable) && nullable) {
            bits |= Types.NULL;
        }
        branch.only(bits);
        if (integer && !names.contains("number") && !names.contains("any")) {
            branch.numbers.add(new NumberFact.Multiple(BigDecimal.ONE, true));
        }
    }

    private static void values(SchemaNode node, Branch branch) {
        switch (node.keyword("enum").orElse(null)) {
            case null -> {}
            case Json.Arr(List<Json> items) -> branch.only(items);
            default -> throw node.malformed("enum", "an array of values");
        }
        node.keyword("const").ifPresent(value -> branch.only(List.of(value)));
    }

    private void numbers(SchemaNode node, Branch branch) {
        bound(node, "minimum", "exclusiveMinimum")
                .forEach((value, exclusive) -> branch.numbers.add(new NumberFact.AtLeast(value, exclusive)));
        bound(node, "maximum", "exclusiveMaximum")
                .forEach((value, exclusive) -> branch.numbers.add(new NumberFact.AtMost(value, exclusive)));
        keywords.number(node, "multipleOf").ifPresent(divisor -> {
            if (divisor.signum() <= 0) {
                throw node.malformed("multipleOf", "a number above 0");
            }
            if (!NumberBounds.supports(divisor)) {
                branch.refuse(Types.NUMBER, node.at("multipleOf"), "multiples of " + divisor + " are not supported");
                return;
            }
            branch.numbers.add(new NumberFact.Multiple(divisor, true));
        });
    }

    /** The bounds of one side: in draft 4 a truth value says that the bound itself is excluded, later it is a bound of its own. */
    Map<BigDecimal, Boolean> bound(SchemaNode node, String inclusive, String exclusive) {
        Map<BigDecimal, Boolean> bounds = new LinkedHashMap<>();
        boolean truth = node.keyword(exclusive).orElse(null) instanceof Json.Bool(boolean value) && value;
        keywords.number(node, inclusive).ifPresent(value -> bounds.put(value, truth));
        if (!(node.keyword(exclusive).orElse(null) instanceof Json.Bool)) {
            keywords.number(node, exclusive).ifPresent(value -> bounds.put(value, true));
        }
        return bounds;
    }

    private void strings(SchemaNode node, Branch branch) {
        OptionalInt min = keywords.count(node, "minLength");
        OptionalInt max = keywords.count(node, "maxLength");
        if (min.isPresent() || max.isPresent()) {
            branch.strings.add(new StringFact.Length(min.orElse(0), max.orElse(-1)));
        }
        match(node).forEach(branch.strings::add);
        keywords.format(node)
                .filter(Formats::isUnsupported)
                .ifPresent(name ->
                        branch.refuse(Types.STRING, node.at("format"), "the format '" + name + "' is not supported"));
    }

    /** What {@code pattern} and {@code format} ask. */
    List<StringFact.Match> match(SchemaNode node) {
        List<StringFact.Match> facts = new ArrayList<>();
        switch (node.keyword("pattern").orElse(null)) {
            case null -> {}
            case Json.Str(String pattern) ->
                facts.add(new StringFact.Match(keywords.pattern(node.at("pattern"), pattern), false, true));
            default -> throw node.malformed("pattern", "a string");
        }
        keywords.format(node)
                .flatMap(Formats::pattern)
                .ifPresent(pattern -> facts.add(new StringFact.Match(pattern, true, true)));
        return facts;
    }

    private void arrays(SchemaNode node, Branch branch) {
        Branch.Items items = items(node);
        if (!items.prefix().isEmpty() || items.rest().isPresent()) {
            branch.items.add(items);
        }
        keywords.count(node, "minItems").ifPresent(min -> branch.minItems = Math.max(branch.minItems, min));
        keywords.count(node, "maxItems").ifPresent(max -> branch.maxItems = Math.min(branch.maxItems, max));
        keywords.schema(node, "contains").ifPresent(schema -> {
            int min = keywords.count(node, "minContains").orElse(1);
            OptionalInt max = keywords.count(node, "maxContains");
            branch.contains.add(new Branch.Contains(Literal.of(schema), 0, min, max.orElse(-1)));
        });
        if (node.keyword("uniqueItems").orElse(null) instanceof Json.Bool(boolean unique) && unique) {
            branch.unique = true;
            branch.refuse(Types.ARRAY, node.at("uniqueItems"), "");
        }
    }

    /** What is asked of items: {@code prefixItems} and {@code items}, before 2020-12 {@code items} and {@code additionalItems}. */
    Branch.Items items(SchemaNode node) {
        boolean list = node.keyword("items").orElse(null) instanceof Json.Arr;
        String prefixKeyword = list ? "items" : "prefixItems";
        List<Literal> prefix =
                keywords.list(node, prefixKeyword).stream().map(Literal::of).toList();
        Optional<Literal> rest =
                keywords.schema(node, list ? "additionalItems" : "items").map(Literal::of);
        return new Branch.Items(prefix, rest);
    }

    private void objects(SchemaNode node, Branch branch) {
        Branch.Group group = group(node);
        if (!group.properties().isEmpty()
                || !group.patterns().isEmpty()
                || group.additional().isPresent()) {
            branch.groups.add(group);
        }
        branch.required.addAll(keywords.names(node, "required"));
        keywords.count(node, "minProperties")
                .ifPresent(min -> branch.minProperties = Math.max(branch.minProperties, min));
        keywords.count(node, "maxProperties")
                .ifPresent(max -> branch.maxProperties = Math.min(branch.maxProperties, max));
        keywords.schema(node, "propertyNames").ifPresent(schema -> branch.names.add(Literal.of(schema)));
        Dependencies.of(node, keywords).forEach((name, needed) -> branch.choices.add(needed.choice(name, keywords)));
    }

    /** What is asked of an object's values. */
    Branch.Group group(SchemaNode node) {
        Map<String, Literal> properties = new LinkedHashMap<>();
        keywords.schemas(node, "properties").forEach((name, schema) -> properties.put(name, Literal.of(schema)));
        List<Branch.ByPattern> patterns = new ArrayList<>();
        keywords.schemas(node, "patternProperties").forEach((pattern, schema) -> {
            keywords.pattern(schema.pointer(), pattern);
            patterns.add(new Branch.ByPattern(pattern, Literal.of(schema)));
        });
        Optional<Literal> additional =
                keywords.schema(node, "additionalProperties").map(Literal::of);
        return new Branch.Group(properties, patterns, additional);
    }

    private void combinations(SchemaNode node, Branch branch) {
        for (SchemaNode part : keywords.list(node, "allOf").reversed()) {
            branch.pending.addFirst(Literal.of(part));
        }
        if (node.has("anyOf")) {
            branch.choices.add(
                    any(keywords.list(node, "anyOf").stream().map(Literal::of).toList()));
        }
        if (node.has("oneOf")) {
            branch.choices.add(exactlyOne(keywords.list(node, "oneOf")));
        }
        keywords.schema(node, "not").ifPresent(schema -> branch.rejects.add(new Literal(schema, false)));
        keywords.schema(node, "if").ifPresent(condition -> conditional(node, condition, branch));
    }

    private void conditional(SchemaNode node, SchemaNode condition, Branch branch) {
        Optional<SchemaNode> then = keywords.schema(node, "then");
        Optional<SchemaNode> otherwise = keywords.schema(node, "else");
        if (then.isEmpty() && otherwise.isEmpty()) {
            return;
        }
        branch.choices.add(new Branch.Choice(List.of(
                way -> {
                    way.pending.add(Literal.of(condition));
                    then.ifPresent(schema -> way.pending.add(Literal.of(schema)));
                },
                way -> {
                    way.rejects.add(new Literal(condition, false));
                    otherwise.ifPresent(schema -> way.pending.add(Literal.of(schema)));
                })));
    }

    static Branch.Choice any(List<Literal> literals) {
        List<Consumer<Branch>> ways = new ArrayList<>();
        for (Literal literal : literals) {
            ways.add(way -> way.pending.add(literal));
        }
        return new Branch.Choice(ways);
    }

    private static Branch.Choice exactlyOne(List<SchemaNode> schemas) {
        List<Consumer<Branch>> ways = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            SchemaNode chosen = schemas.get(i);
            List<Literal> others = new ArrayList<>();
            for (int j = 0; j < schemas.size(); j++) {
                if (j != i) {
                    others.add(new Literal(schemas.get(j), false));
                }
            }
            ways.add(way -> {
                way.pending.add(Literal.of(chosen));
                way.rejects.addAll(others);
            });
        }
        return new Branch.Choice(ways);
    }
}
