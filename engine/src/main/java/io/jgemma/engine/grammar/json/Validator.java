package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether a value satisfies a schema: for values that a schema lists, which are few and can be looked at one by one. */
final class Validator {
    private static final int MAX_DEPTH = 200;

    private final Keywords keywords;
    private final Scalars scalars;
    private final PositiveKeywords positive;
    private int depth;

    Validator(Keywords keywords, Scalars scalars) {
        this.keywords = keywords;
        this.scalars = scalars;
        positive = new PositiveKeywords(keywords);
    }

    /** Whether a value satisfies all literals that a branch has looked at. */
    boolean satisfies(Json value, Branch branch) {
        return branch.seen.stream().allMatch(literal -> satisfies(value, literal));
    }

    /** Whether a value agrees with the facts of a branch. */
    boolean fits(Json value, Branch facts) {
        return facts.has(Types.of(value.type())) && !facts.excluded.contains(value) && content(value, facts);
    }

    boolean satisfies(Json value, Literal literal) {
        return valid(value, literal.node()) == literal.positive();
    }

    boolean valid(Json value, SchemaNode node) {
        if (node.value() instanceof Json.Bool(boolean truth)) {
            return truth;
        }
        if (++depth > MAX_DEPTH) {
            throw GrammarException.unsupported(node.pointer(), "it refers to itself without end");
        }
        try {
            return references(value, node) && own(value, node);
        } finally {
            depth--;
        }
    }

    private boolean references(Json value, SchemaNode node) {
        for (String keyword : List.of("$ref", "$dynamicRef")) {
            if (node.keyword(keyword).orElse(null) instanceof Json.Str(String reference)
                    && !valid(value, keywords.index().resolve(node, keyword, reference))) {
                return false;
            }
        }
        return true;
    }

    private boolean own(Json value, SchemaNode node) {
        if (node.has("$ref") && !keywords.index().draft().refHasSiblings()) {
            return true;
        }
        Branch facts = new Branch();
        positive.apply(node, facts);
        facts.pending.clear();
        for (Branch.Refusal refusal : facts.refusals) {
            if (refusal.type() == Types.of(value.type()) && !refusal.reason().isEmpty()) {
                throw GrammarException.unsupported(refusal.pointer(), refusal.reason());
            }
        }
        List<Json> values = facts.values;
        return facts.has(Types.of(value.type()))
                && (values == null || values.contains(value))
                && content(value, facts)
                && dependencies(value, node)
                && combinations(value, node);
    }

    private boolean content(Json value, Branch facts) {
        return switch (value) {
            case Json.Num(BigDecimal number) -> facts.numbers.stream().allMatch(fact -> fact.holds(number));
            case Json.Str(String text) -> facts.strings.stream().allMatch(fact -> holds(fact, text));
            case Json.Arr(List<Json> items) -> array(items, facts);
            case Json.Obj(Map<String, Json> entries) -> object(entries, facts);
            case Json.Bool(boolean truth) -> true;
            case Json.Null() -> true;
        };
    }

    private boolean holds(StringFact fact, String text) {
        return switch (fact) {
            case StringFact.Length(int min, int max) -> {
                int length = text.codePointCount(0, text.length());
                yield length >= min && (max < 0 || length <= max);
            }
            case StringFact.Match match -> scalars.matches(match.pattern(), match.whole(), text) == match.positive();
        };
    }

    private boolean array(List<Json> items, Branch facts) {
        if (items.size() < facts.minItems
                || items.size() > facts.maxItems
                || (facts.unique && new HashSet<>(items).size() < items.size())) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            for (Literal literal : ItemLiterals.at(facts, i)) {
                if (!satisfies(items.get(i), literal)) {
                    return false;
                }
            }
        }
        for (Branch.Contains contains : facts.contains) {
            long count = items.stream()
                    .filter(item -> satisfies(item, contains.literal()))
                    .count();
            if (count < contains.min() || (contains.max() >= 0 && count > contains.max())) {
                return false;
            }
        }
        return true;
    }

    private boolean object(Map<String, Json> entries, Branch facts) {
        if (!entries.keySet().containsAll(facts.required)
                || entries.size() < facts.minProperties
                || entries.size() > facts.maxProperties) {
            return false;
        }
        Properties properties = new Properties(keywords, scalars);
        for (Map.Entry<String, Json> entry : entries.entrySet()) {
            for (Literal literal : properties.named(facts, entry.getKey())) {
                if (!satisfies(entry.getValue(), literal)) {
                    return false;
                }
            }
            for (Literal literal : facts.names) {
                if (!satisfies(new Json.Str(entry.getKey()), literal)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean dependencies(Json value, SchemaNode node) {
        if (!(value instanceof Json.Obj(Map<String, Json> entries))) {
            return true;
        }
        Set<String> names = entries.keySet();
        for (Map.Entry<String, Dependencies> entry :
                Dependencies.of(node, keywords).entrySet()) {
            Dependencies needed = entry.getValue();
            if (names.contains(entry.getKey())
                    && !(names.containsAll(needed.required())
                            && needed.schemas().stream().allMatch(schema -> valid(value, schema)))) {
                return false;
            }
        }
        return true;
    }

    private boolean combinations(Json value, SchemaNode node) {
        if (!keywords.list(node, "allOf").stream().allMatch(part -> valid(value, part))) {
            return false;
        }
        if (node.has("anyOf") && keywords.list(node, "anyOf").stream().noneMatch(part -> valid(value, part))) {
            return false;
        }
        if (node.has("oneOf")
                && keywords.list(node, "oneOf").stream()
                                .filter(part -> valid(value, part))
                                .count()
                        != 1) {
            return false;
        }
        Optional<SchemaNode> not = keywords.schema(node, "not");
        if (not.isPresent() && valid(value, not.get())) {
            return false;
        }
        Optional<SchemaNode> condition = keywords.schema(node, "if");
        if (condition.isEmpty()) {
            return true;
        }
        Optional<SchemaNode> then = keywords.schema(node, valid(value, condition.get()) ? "then" : "else");
        return then.isEmpty() || valid(value, then.get());
    }
}
