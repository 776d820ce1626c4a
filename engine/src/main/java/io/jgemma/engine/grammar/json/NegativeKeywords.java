package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.scalar.Formats;
import io.jgemma.engine.grammar.scalar.NumberBounds;
import io.jgemma.engine.grammar.scalar.NumberFact;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** The ways in which a value fails to satisfy a schema: one keyword at least is broken. */
final class NegativeKeywords {
    private final Keywords keywords;
    private final PositiveKeywords positive;

    NegativeKeywords(Keywords keywords) {
        this.keywords = keywords;
        positive = new PositiveKeywords(keywords);
    }

    void apply(SchemaNode node, Branch branch) {
        List<Consumer<Branch>> ways = new ArrayList<>();
        for (String keyword : List.of("$ref", "$dynamicRef")) {
            if (node.keyword(keyword).orElse(null) instanceof Json.Str(String reference)) {
                SchemaNode target = keywords.index().resolve(node, keyword, reference);
                ways.add(way -> way.pending.add(new Literal(target, false)));
            }
        }
        if (ways.isEmpty() || keywords.index().draft().refHasSiblings()) {
            types(node, ways);
            numbers(node, ways);
            strings(node, ways);
            arrays(node, ways);
            objects(node, ways);
            combinations(node, ways);
        }
        if (ways.isEmpty()) {
            branch.only(0);
        } else {
            branch.choices.add(new Branch.Choice(ways));
        }
    }

    private static void types(SchemaNode node, List<Consumer<Branch>> ways) {
        if (node.has("type")) {
            Branch allowed = new Branch();
            PositiveKeywords.type(node, allowed);
            ways.add(way -> way.only(Types.ALL & ~allowed.types));
            if (!allowed.numbers.isEmpty()) {
                ways.add(way -> {
                    way.only(Types.NUMBER);
                    way.numbers.add(new NumberFact.Multiple(BigDecimal.ONE, false));
                });
            }
        }
        if (node.keyword("enum").orElse(null) instanceof Json.Arr(List<Json> items)) {
            ways.add(way -> way.excluded.addAll(items));
        }
        node.keyword("const").ifPresent(value -> ways.add(way -> way.excluded.add(value)));
    }

    private void numbers(SchemaNode node, List<Consumer<Branch>> ways) {
        positive.bound(node, "minimum", "exclusiveMinimum")
                .forEach((bound, exclusive) -> ways.add(number(new NumberFact.AtMost(bound, !exclusive))));
        positive.bound(node, "maximum", "exclusiveMaximum")
                .forEach((bound, exclusive) -> ways.add(number(new NumberFact.AtLeast(bound, !exclusive))));
        keywords.number(node, "multipleOf")
                .ifPresent(divisor -> ways.add(
                        NumberBounds.supports(divisor)
                                ? number(new NumberFact.Multiple(divisor, false))
                                : refusal(Types.NUMBER, node, "multipleOf")));
    }

    private static Consumer<Branch> number(NumberFact fact) {
        return way -> {
            way.only(Types.NUMBER);
            way.numbers.add(fact);
        };
    }

    private static Consumer<Branch> string(StringFact fact) {
        return way -> {
            way.only(Types.STRING);
            way.strings.add(fact);
        };
    }

    private void strings(SchemaNode node, List<Consumer<Branch>> ways) {
        int min = keywords.count(node, "minLength").orElse(0);
        if (min > 0) {
            ways.add(string(new StringFact.Length(0, min - 1)));
        }
        keywords.count(node, "maxLength").ifPresent(max -> ways.add(string(new StringFact.Length(max + 1, -1))));
        for (StringFact.Match match : positive.match(node)) {
            ways.add(string(new StringFact.Match(match.pattern(), match.whole(), false)));
        }
        keywords.format(node)
                .filter(Formats::isUnsupported)
                .ifPresent(name -> ways.add(refusal(Types.STRING, node, "format")));
    }

    private static Consumer<Branch> refusal(int type, SchemaNode node, String keyword) {
        return way -> {
            way.only(type);
            way.refuse(type, node.at(keyword), "that '" + keyword + "' is broken cannot be asked for");
        };
    }

    private static Consumer<Branch> array(Consumer<Branch> change) {
        return way -> {
            way.only(Types.ARRAY);
            change.accept(way);
        };
    }

    private void arrays(SchemaNode node, List<Consumer<Branch>> ways) {
        Branch.Items items = positive.items(node);
        for (int i = 0; i < items.prefix().size(); i++) {
            List<Literal> prefix = new ArrayList<>(Collections.nCopies(i, keywords.always()));
            prefix.add(items.prefix().get(i).negated());
            int needed = i + 1;
            ways.add(array(way -> {
                way.minItems = Math.max(way.minItems, needed);
                way.items.add(new Branch.Items(prefix, java.util.Optional.empty()));
            }));
        }
        items.rest()
                .ifPresent(rest -> ways.add(array(way -> way.contains.add(
                        new Branch.Contains(rest.negated(), items.prefix().size(), 1, -1)))));
        int min = keywords.count(node, "minItems").orElse(0);
        if (min > 0) {
            ways.add(array(way -> way.maxItems = Math.min(way.maxItems, min - 1)));
        }
        keywords.count(node, "maxItems")
                .ifPresent(max -> ways.add(array(way -> way.minItems = Math.max(way.minItems, max + 1))));
        keywords.schema(node, "contains").ifPresent(schema -> contains(node, Literal.of(schema), ways));
        if (node.keyword("uniqueItems").orElse(null) instanceof Json.Bool(boolean unique) && unique) {
            ways.add(refusal(Types.ARRAY, node, "uniqueItems"));
        }
        if (node.has("unevaluatedItems")) {
            ways.add(refusal(Types.ARRAY, node, "unevaluatedItems"));
        }
    }

    private void contains(SchemaNode node, Literal literal, List<Consumer<Branch>> ways) {
        int min = keywords.count(node, "minContains").orElse(1);
        if (min > 0) {
            ways.add(array(way -> way.contains.add(new Branch.Contains(literal, 0, 0, min - 1))));
        }
        keywords.count(node, "maxContains")
                .ifPresent(max ->
                        ways.add(array(way -> way.contains.add(new Branch.Contains(literal, 0, max + 1, -1)))));
    }

    private static Consumer<Branch> object(Consumer<Branch> change) {
        return way -> {
            way.only(Types.OBJECT);
            change.accept(way);
        };
    }

    private void objects(SchemaNode node, List<Consumer<Branch>> ways) {
        Branch.Group group = positive.group(node);
        group.properties().forEach((name, literal) -> {
            if (!literal.isTrivial()) {
                ways.add(object(way -> {
                    way.required.add(name);
                    way.groups.add(Branch.Group.of(name, literal.negated()));
                }));
            }
        });
        for (Branch.ByPattern pattern : group.patterns()) {
            if (!pattern.literal().isTrivial()) {
                ways.add(refusal(Types.OBJECT, node, "patternProperties"));
            }
        }
        if (group.additional().isPresent() && !group.additional().get().isTrivial()) {
            ways.add(refusal(Types.OBJECT, node, "additionalProperties"));
        }
        for (String name : keywords.names(node, "required")) {
            ways.add(object(way -> way.groups.add(Branch.Group.of(name, keywords.never()))));
        }
        int min = keywords.count(node, "minProperties").orElse(0);
        if (min > 0) {
            ways.add(object(way -> way.maxProperties = Math.min(way.maxProperties, min - 1)));
        }
        keywords.count(node, "maxProperties")
                .ifPresent(max -> ways.add(object(way -> way.minProperties = Math.max(way.minProperties, max + 1))));
        for (String keyword : List.of("propertyNames", "unevaluatedProperties")) {
            if (node.has(keyword)) {
                ways.add(refusal(Types.OBJECT, node, keyword));
            }
        }
        Dependencies.of(node, keywords).forEach((name, needed) -> dependency(name, needed, ways));
    }

    private void dependency(String name, Dependencies needed, List<Consumer<Branch>> ways) {
        for (String other : needed.required()) {
            ways.add(object(way -> {
                way.required.add(name);
                way.groups.add(Branch.Group.of(other, keywords.never()));
            }));
        }
        for (SchemaNode schema : needed.schemas()) {
            ways.add(object(way -> {
                way.required.add(name);
                way.pending.add(new Literal(schema, false));
            }));
        }
    }

    private void combinations(SchemaNode node, List<Consumer<Branch>> ways) {
        for (SchemaNode part : keywords.list(node, "allOf")) {
            ways.add(way -> way.pending.add(new Literal(part, false)));
        }
        if (node.has("anyOf")) {
            List<SchemaNode> parts = keywords.list(node, "anyOf");
            ways.add(way -> parts.forEach(part -> way.rejects.add(new Literal(part, false))));
        }
        if (node.has("oneOf")) {
            List<SchemaNode> parts = keywords.list(node, "oneOf");
            ways.add(way -> parts.forEach(part -> way.rejects.add(new Literal(part, false))));
            for (int i = 0; i < parts.size(); i++) {
                for (int j = i + 1; j < parts.size(); j++) {
                    List<Literal> both = List.of(Literal.of(parts.get(i)), Literal.of(parts.get(j)));
                    ways.add(way -> way.pending.addAll(both));
                }
            }
        }
        keywords.schema(node, "not").ifPresent(schema -> ways.add(way -> way.pending.add(Literal.of(schema))));
        keywords.schema(node, "if").ifPresent(condition -> {
            keywords.schema(node, "then")
                    .ifPresent(then -> ways.add(way -> {
                        way.pending.add(Literal.of(condition));
                        way.rejects.add(new Literal(then, false));
                    }));
            keywords.schema(node, "else")
                    .ifPresent(otherwise -> ways.add(way -> {
                        way.rejects.add(new Literal(condition, false));
                        way.rejects.add(new Literal(otherwise, false));
                    }));
        });
    }
}
