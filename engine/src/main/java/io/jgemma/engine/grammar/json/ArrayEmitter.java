package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Arrays: states know the index, as far as it matters, how many items satisfy each {@code contains}, and which values were used. */
final class ArrayEmitter {
    private static final int MAX_STATES = 40_000;
    private static final int MAX_UNIQUE = 8;
    private static final int MAX_CONTAINS = 4;

    /**
     * @param index items so far, up to where that matters
     * @param counts for each {@code contains}, up to where that matters
     * @param used values that were used, one bit each, where items are unique
     */
    private record Place(int index, List<Integer> counts, int used) {}

    private final SchemaEmitter emitter;
    private final GrammarBuilder builder;
    private final Notation notation;
    private final Branch branch;
    private final Rule rule;
    private final List<Json> unique;
    private final Map<Place, Integer> after = new HashMap<>();
    private final Deque<Place> queue = new ArrayDeque<>();
    private final int max;
    private final int cap;

    ArrayEmitter(SchemaEmitter emitter, Branch branch, Rule rule) {
        this.emitter = emitter;
        this.branch = branch;
        this.rule = rule;
        builder = emitter.builder();
        notation = emitter.notation();
        unique = branch.unique && branch.maxItems > 1 ? finiteItems() : List.of();
        max = unique.isEmpty() ? branch.maxItems : Math.min(branch.maxItems, unique.size());
        cap = max == Integer.MAX_VALUE ? Math.max(ItemLiterals.uniformFrom(branch), branch.minItems) : max;
    }

    private GrammarException refusal(String keyword, String reason) {
        String pointer = branch.seen.stream()
                .filter(literal -> literal.node().has(keyword))
                .map(literal -> literal.node().at(keyword))
                .findFirst()
                .orElse("#");
        return GrammarException.unsupported(pointer, reason);
    }

    /** The values that items can have, if they are the same few for all. */
    private List<Json> finiteItems() {
        List<Literal> literals = ItemLiterals.at(branch, ItemLiterals.uniformFrom(branch));
        SchemaEmitter.Values values = emitter.values(literals);
        Set<Json> found = new LinkedHashSet<>();
        boolean finite = branch.contains.isEmpty()
                && branch.items.stream().allMatch(items -> items.prefix().isEmpty());
        for (Branch way : values.branches()) {
            Optional<List<Json>> listed = finite(way);
            finite &= listed.isPresent();
            listed.ifPresent(found::addAll);
        }
        if (!finite || found.size() > MAX_UNIQUE) {
            throw refusal(
                    "uniqueItems",
                    "that items differ can be kept only where they are one of at most " + MAX_UNIQUE
                            + " listed values");
        }
        return List.copyOf(found);
    }

    private Optional<List<Json>> finite(Branch way) {
        List<Json> listed = way.values;
        if (listed == null && (way.types & ~(Types.NULL | Types.BOOLEAN)) != 0) {
            return Optional.empty();
        }
        List<Json> candidates =
                listed != null ? listed : List.of(new Json.Null(), new Json.Bool(true), new Json.Bool(false));
        return Optional.of(candidates.stream()
                .filter(value -> way.has(Types.of(value.type()))
                        && !way.excluded.contains(value)
                        && emitter.validator().satisfies(value, way))
                .toList());
    }

    void emit() {
        if (branch.excluded.stream().anyMatch(Json.Arr.class::isInstance)) {
            throw refusal("const", "a single array cannot be excluded");
        }
        if (branch.contains.size() > MAX_CONTAINS) {
            throw refusal("contains", "more than " + MAX_CONTAINS + " kinds of items cannot be counted at once");
        }
        if (branch.minItems > max) {
            return;
        }
        Place first = new Place(0, branch.contains.stream().map(contains -> 0).toList(), 0);
        int start = builder.state(rule);
        builder.read(rule.start(), notation.open('['), start);
        if (mayClose(first)) {
            builder.read(start, notation.close(']'), rule.end());
        }
        item(start, first);
        while (!queue.isEmpty()) {
            Place place = queue.remove();
            int past = after(place);
            if (mayClose(place)) {
                builder.read(past, notation.close(']'), rule.end());
            }
            if (place.index < max) {
                int next = builder.state(rule);
                builder.read(past, notation.comma(), next);
                item(next, place);
            }
        }
    }

    private int after(Place place) {
        Integer known = after.get(place);
        if (known != null) {
            return known;
        }
        if (after.size() >= MAX_STATES) {
            throw refusal(branch.contains.isEmpty() ? "maxItems" : "contains", "so many items cannot be counted");
        }
        int state = builder.state(rule);
        after.put(place, state);
        queue.add(place);
        return state;
    }

    private boolean mayClose(Place place) {
        if (place.index < branch.minItems) {
            return false;
        }
        for (int i = 0; i < place.counts.size(); i++) {
            if (place.counts.get(i) < branch.contains.get(i).min()) {
                return false;
            }
        }
        return true;
    }

    private void item(int from, Place place) {
        if (max == 0) {
            return;
        }
        List<Literal> literals = ItemLiterals.at(branch, place.index);
        if (!unique.isEmpty()) {
            for (int i = 0; i < unique.size(); i++) {
                if ((place.used >> i & 1) == 0) {
                    int next = after(new Place(place.index + 1, place.counts, place.used | 1 << i));
                    builder.read(from, notation.value(unique.get(i)), next);
                }
            }
            return;
        }
        label(from, place, literals, new ArrayList<>(place.counts), 0);
    }

    /** Reads an item for each way in which it may satisfy the {@code contains} from number {@code i} on. */
    private void label(int from, Place place, List<Literal> literals, List<Integer> counts, int i) {
        if (i == counts.size()) {
            int index = Math.min(place.index + 1, cap == 0 && max == Integer.MAX_VALUE ? 0 : cap);
            int next = after(new Place(index, List.copyOf(counts), 0));
            emitter.read(from, builder.store().epsilon(), emitter.values(literals), next, rule);
            return;
        }
        Branch.Contains contains = branch.contains.get(i);
        int count = counts.get(i);
        boolean bounded = contains.max() >= 0;
        if (place.index < contains.from() || (!bounded && count >= contains.min())) {
            label(from, place, literals, counts, i + 1);
            return;
        }
        if (!bounded || count < contains.max()) {
            counts.set(i, count + 1);
            label(from, place, with(literals, contains.literal()), counts, i + 1);
            counts.set(i, count);
        }
        label(from, place, bounded ? with(literals, contains.literal().negated()) : literals, counts, i + 1);
    }

    private static List<Literal> with(List<Literal> literals, Literal more) {
        List<Literal> all = new ArrayList<>(literals);
        all.add(more);
        return all;
    }
}
