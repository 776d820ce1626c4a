package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.scalar.NumberFact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One way to satisfy a number of literals: facts without alternatives, and what has still to be looked at while they are being
 * collected.
 */
final class Branch {

    /** What a schema asks of an object's values: by name, by patterns of names, and of all others. */
    record Group(Map<String, Literal> properties, List<ByPattern> patterns, Optional<Literal> additional) {
        static Group of(String name, Literal literal) {
            return new Group(Map.of(name, literal), List.of(), Optional.empty());
        }
    }

    /** What is asked of values whose names a pattern matches. */
    record ByPattern(String pattern, Literal literal) {}

    /** What a schema asks of an array's items: of the first ones, and of all behind. */
    record Items(List<Literal> prefix, Optional<Literal> rest) {}

    /** So many items from one on that satisfy a literal; {@code max} below 0 = any number. */
    record Contains(Literal literal, int from, int min, int max) {}

    /** What cannot be kept, if it comes to a value of a type. */
    record Refusal(int type, String pointer, String reason) {}

    /** Alternatives of which one has to hold. */
    record Choice(List<Consumer<Branch>> alternatives) {}

    int types = Types.ALL;

    @Nullable
    List<Json> values;

    final List<Json> excluded;
    final List<NumberFact> numbers;
    final List<StringFact> strings;
    final List<Items> items;
    final List<Contains> contains;
    int minItems;
    int maxItems = Integer.MAX_VALUE;
    boolean unique;
    final List<Group> groups;
    final Set<String> required;
    int minProperties;
    int maxProperties = Integer.MAX_VALUE;
    final List<Literal> names;
    final List<Refusal> refusals;

    final Set<Literal> seen;
    final Deque<Literal> pending;
    final List<Literal> rejects;
    final Deque<Choice> choices;

    Branch() {
        excluded = new ArrayList<>();
        numbers = new ArrayList<>();
        strings = new ArrayList<>();
        items = new ArrayList<>();
        contains = new ArrayList<>();
        groups = new ArrayList<>();
        required = new LinkedHashSet<>();
        names = new ArrayList<>();
        refusals = new ArrayList<>();
        seen = new HashSet<>();
        pending = new ArrayDeque<>();
        rejects = new ArrayList<>();
        choices = new ArrayDeque<>();
    }

    private Branch(Branch from) {
        types = from.types;
        values = from.values;
        excluded = new ArrayList<>(from.excluded);
        numbers = new ArrayList<>(from.numbers);
        strings = new ArrayList<>(from.strings);
        items = new ArrayList<>(from.items);
        contains = new ArrayList<>(from.contains);
        minItems = from.minItems;
        maxItems = from.maxItems;
        unique = from.unique;
        groups = new ArrayList<>(from.groups);
        required = new LinkedHashSet<>(from.required);
        minProperties = from.minProperties;
        maxProperties = from.maxProperties;
        names = new ArrayList<>(from.names);
        refusals = new ArrayList<>(from.refusals);
        seen = new HashSet<>(from.seen);
        pending = new ArrayDeque<>(from.pending);
        rejects = new ArrayList<>(from.rejects);
        choices = new ArrayDeque<>(from.choices);
    }

    Branch copy() {
        return new Branch(this);
    }

    boolean has(int type) {
        return (types & type) != 0;
    }

    boolean isDead() {
        return types == 0 || (values != null && values.isEmpty());
    }

    /** Only values of these types. */
    void only(int allowed) {
        types &= allowed;
    }

    /** Only these values. */
    void only(List<Json> allowed) {
        int kinds = 0;
        List<Json> common = new ArrayList<>();
        for (Json value : allowed) {
            if (values == null || values.contains(value)) {
                common.add(value);
                kinds |= Types.of(value.type());
            }
        }
        values = common;
        types &= kinds;
    }

    void refuse(int type, String pointer, String reason) {
        refusals.add(new Refusal(type, pointer, reason));
    }

    /** Names that any schema speaks of, in the order in which they do. */
    Set<String> namedProperties() {
        Map<String, Boolean> names = new LinkedHashMap<>();
        for (Group group : groups) {
            for (String name : group.properties().keySet()) {
                names.put(name, true);
            }
        }
        for (String name : required) {
            names.putIfAbsent(name, true);
        }
        return names.keySet();
    }
}
