package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.PatternException;
import io.jgemma.engine.grammar.regex.PatternNode;
import io.jgemma.engine.grammar.regex.PatternParser;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the values of keywords and says what is wrong with them. */
final class Keywords {
    /** Of the whole schema: {@code "assertion"}, or {@code "annotation"} if {@code format} asks for nothing. */
    private static final String FORMAT = "x-jgemma-format";

    private final SchemaIndex index;
    private final boolean asserted;
    private final Map<String, PatternNode> patterns = new HashMap<>();

    Keywords(SchemaIndex index) {
        this.index = index;
        asserted = switch (index.root().keyword(FORMAT).orElse(null)) {
            case null -> true;
            case Json.Str(String name) when name.equals("assertion") -> true;
            case Json.Str(String name) when name.equals("annotation") -> false;
            default -> throw index.root().malformed(FORMAT, "\"assertion\" or \"annotation\"");
        };
    }

    /** A count; empty where the keyword is missing. */
    OptionalInt count(SchemaNode node, String keyword) {
        return switch (node.keyword(keyword).orElse(null)) {
            case null -> OptionalInt.empty();
            case Json.Num number
            when number.isInteger() && number.value().signum() >= 0 ->
                OptionalInt.of(number.value()
                        .min(BigDecimal.valueOf(Integer.MAX_VALUE))
                        .intValue());
            default -> throw node.malformed(keyword, "a whole number from 0");
        };
    }

    /** A number; empty where the keyword is missing. */
    Optional<BigDecimal> number(SchemaNode node, String keyword) {
        return switch (node.keyword(keyword).orElse(null)) {
            case null -> Optional.empty();
            case Json.Num(BigDecimal value) -> Optional.of(value);
            default -> throw node.malformed(keyword, "a number");
        };
    }

    /** The name of a format that strings must be of; empty where the keyword is missing or {@link #FORMAT} makes it an annotation. */
    Optional<String> format(SchemaNode node) {
        return asserted && node.keyword("format").orElse(null) instanceof Json.Str(String name)
                ? Optional.of(name)
                : Optional.empty();
    }

    /** Names; none where the keyword is missing. */
    List<String> names(SchemaNode node, String keyword) {
        return switch (node.keyword(keyword).orElse(null)) {
            case null -> List.of();
            case Json.Arr(List<Json> items) -> strings(node, keyword, items);
            // Draft 3 wrote this truth value at a property itself; it says nothing in later drafts.
            case Json.Bool(boolean value) when keyword.equals("required") -> List.of();
            default -> throw node.malformed(keyword, "an array of names");
        };
    }

    static List<String> strings(SchemaNode node, String keyword, List<Json> items) {
        List<String> names = new ArrayList<>();
        for (Json item : items) {
            if (!(item instanceof Json.Str(String name))) {
                throw node.malformed(keyword, "an array of names");
            }
            names.add(name);
        }
        return names;
    }

    /** Schemas by name; none where the keyword is missing. */
    Map<String, SchemaNode> schemas(SchemaNode node, String keyword) {
        Map<String, SchemaNode> schemas = new LinkedHashMap<>();
        switch (node.keyword(keyword).orElse(null)) {
            case null -> {}
            case Json.Obj(Map<String, Json> entries) ->
                entries.forEach((name, value) -> schemas.put(name, index.child(node, keyword, name, value)));
            default -> throw node.malformed(keyword, "an object of schemas");
        }
        return schemas;
    }

    /** A list of schemas; none where the keyword is missing. */
    List<SchemaNode> list(SchemaNode node, String keyword) {
        List<SchemaNode> schemas = new ArrayList<>();
        switch (node.keyword(keyword).orElse(null)) {
            case null -> {}
            case Json.Arr(List<Json> items) -> {
                for (int i = 0; i < items.size(); i++) {
                    schemas.add(index.child(node, keyword, String.valueOf(i), items.get(i)));
                }
            }
            default -> throw node.malformed(keyword, "an array of schemas");
        }
        return schemas;
    }

    /** A schema; empty where the keyword is missing. */
    Optional<SchemaNode> schema(SchemaNode node, String keyword) {
        return node.has(keyword) ? Optional.of(index.child(node, keyword)) : Optional.empty();
    }

    /** A pattern that stands at a pointer. */
    PatternNode pattern(String pointer, String pattern) {
        PatternNode known = patterns.get(pattern);
        if (known != null) {
            return known;
        }
        try {
            PatternNode parsed = PatternParser.parse(pattern);
            patterns.put(pattern, parsed);
            return parsed;
        } catch (PatternException e) {
            throw e.isMalformed()
                    ? GrammarException.malformed(pointer, e.reason())
                    : GrammarException.unsupported(pointer, e.reason());
        }
    }

    SchemaIndex index() {
        return index;
    }

    /** That nothing satisfies. */
    Literal never() {
        return Literal.of(new SchemaNode("#/~never", "", new Json.Bool(false)));
    }

    /** That everything satisfies. */
    Literal always() {
        return Literal.of(new SchemaNode("#/~always", "", new Json.Bool(true)));
    }
}
