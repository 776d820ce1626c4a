package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.CodePoints;
import io.jgemma.engine.grammar.regex.Encoding;
import io.jgemma.engine.grammar.regex.PatternCompiler;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Objects: the named properties in the schema's order, each at most once, then any others. Where their number matters, states
 * count them. Of other properties only the first counts towards a least number, because nothing keeps their names apart.
 */
final class ObjectEmitter {
    private static final int MAX_STATES = 100_000;
    private static final int MAX_PATTERNS = 6;

    private record Place(int property, int count) {}

    private record Other(Regex key, SchemaEmitter.Values values) {}

    private record Named(String name, SchemaEmitter.Values values, boolean required) {}

    private final SchemaEmitter emitter;
    private final GrammarBuilder builder;
    private final RegexStore store;
    private final Notation.ObjectStyle style;
    private final Regex comma;
    private final Branch branch;
    private final Rule rule;
    private final List<Named> named = new ArrayList<>();
    private final List<Other> others = new ArrayList<>();
    private final Map<Place, Integer> before = new HashMap<>();
    private final Map<Place, Integer> after = new HashMap<>();
    private int min;
    private int max;

    ObjectEmitter(SchemaEmitter emitter, Notation.ObjectStyle style, Branch branch, Rule rule) {
        this.emitter = emitter;
        this.branch = branch;
        this.rule = rule;
        builder = emitter.builder();
        store = builder.store();
        this.style = style;
        comma = emitter.notation().comma();
    }

    void emit() {
        refuseExcluded();
        findNamed();
        findOthers();
        limits();
        int cap = cap();
        if ((long) (named.size() + 1) * (cap + 1) > MAX_STATES || min > MAX_STATES) {
            throw GrammarException.unsupported(pointer(), "its properties cannot be counted: there are too many");
        }
        int start = builder.state(rule);
        builder.read(rule.start(), style.open(), start);
        builder.skip(start, before(0, 0));
        if (mayClose(0, 0)) {
            builder.read(start, style.close(), rule.end());
        }
        for (int i = 0; i <= named.size(); i++) {
            for (int count = 0; count <= Math.min(cap, i); count++) {
                place(i, count);
            }
        }
    }

    private String pointer() {
        return branch.seen.isEmpty()
                ? "#"
                : branch.seen.iterator().next().node().pointer();
    }

    private void refuseExcluded() {
        if (branch.excluded.stream().anyMatch(Json.Obj.class::isInstance)) {
            throw GrammarException.unsupported(pointer(), "a single object cannot be excluded");
        }
    }

    private void findNamed() {
        Properties properties = new Properties(emitter.keywords(), emitter.scalars());
        for (String name : branch.namedProperties()) {
            boolean required = branch.required.contains(name);
            boolean allowed = branch.names.stream()
                    .allMatch(literal -> emitter.validator().satisfies(new Json.Str(name), literal));
            SchemaEmitter.Values values = emitter.values(
                    allowed
                            ? properties.named(branch, name)
                            : List.of(emitter.keywords().never()));
            if (required || !values.isNone()) {
                named.add(new Named(name, values, required));
            }
        }
    }

    private void findOthers() {
        List<String> patterns = new ArrayList<>(Properties.patterns(branch));
        if (patterns.size() > MAX_PATTERNS) {
            throw GrammarException.unsupported(
                    pointer(), "it has more than " + MAX_PATTERNS + " patterns of property names");
        }
        for (int subset = 0; subset < 1 << patterns.size(); subset++) {
            Set<String> matching = new LinkedHashSet<>();
            for (int i = 0; i < patterns.size(); i++) {
                if ((subset >> i & 1) != 0) {
                    matching.add(patterns.get(i));
                }
            }
            SchemaEmitter.Values values = emitter.values(Properties.unnamed(branch, matching));
            if (values.isNone()) {
                continue;
            }
            Regex key = key(patterns, matching);
            if (emitter.scalars().isLive(key)) {
                others.add(new Other(key, values));
            }
        }
    }

    /** Names that just these patterns match, and that are no named property. */
    private Regex key(List<String> patterns, Set<String> matching) {
        Set<String> taken = branch.namedProperties();
        List<Branch> names = branch.names.isEmpty()
                ? List.of()
                : emitter.values(branch.names).branches();
        if (patterns.isEmpty() && taken.isEmpty() && branch.names.isEmpty()) {
            return style.otherKey().apply(emitter.notation()::anyContent);
        }
        return style.otherKey().apply(encoding -> {
            List<Regex> parts = new ArrayList<>();
            PatternCompiler compiler = new PatternCompiler(store, encoding);
            parts.add(store.repeat(encoding.chars(CodePoints.ALL, store), 0, RegexStore.UNBOUNDED));
            for (String pattern : patterns) {
                Regex regex = compiler.anywhere(emitter.keywords().pattern(pointer(), pattern));
                parts.add(matching.contains(pattern) ? regex : store.not(regex));
            }
            if (!taken.isEmpty()) {
                parts.add(store.not(store.or(
                        taken.stream().map(name -> encoding.text(name, store)).toList())));
            }
            if (!branch.names.isEmpty()) {
                parts.add(
                        store.or(names.stream().map(way -> name(way, encoding)).toList()));
            }
            return store.and(parts);
        });
    }

    private Regex name(Branch way, Encoding encoding) {
        List<Json> listed = way.values;
        if (listed != null) {
            List<Regex> forms = new ArrayList<>();
            for (Json value : listed) {
                if (value instanceof Json.Str(String text)
                        && !way.excluded.contains(value)
                        && emitter.validator().satisfies(value, way)) {
                    forms.add(encoding.text(text, store));
                }
            }
            return store.or(forms);
        }
        return way.has(Types.STRING) ? emitter.scalars().string(way, encoding) : store.empty();
    }

    private void limits() {
        int required = (int) named.stream().filter(Named::required).count();
        min = branch.minProperties <= required ? 0 : branch.minProperties;
        max = branch.maxProperties >= named.size() && others.isEmpty() ? Integer.MAX_VALUE : branch.maxProperties;
    }

    /** Up to where properties are counted. */
    private int cap() {
        return max == Integer.MAX_VALUE ? Math.min(min, named.size() + 1) : Math.min(max, MAX_STATES);
    }

    private int before(int property, int count) {
        return before.computeIfAbsent(new Place(property, count), key -> builder.state(rule));
    }

    private int after(int property, int count) {
        return after.computeIfAbsent(new Place(property, count), key -> builder.state(rule));
    }

    private boolean mayClose(int property, int count) {
        return count >= min && named.stream().skip(property).noneMatch(Named::required);
    }

    private void place(int i, int count) {
        int here = before(i, count);
        int past = after(i, count);
        boolean room = count < max;
        if (room) {
            builder.read(past, comma, here);
        }
        if (mayClose(i, count)) {
            builder.read(past, style.close(), rule.end());
        }
        if (i == named.size()) {
            if (room && !others.isEmpty()) {
                others(here, count);
            }
            return;
        }
        Named property = named.get(i);
        if (room) {
            Regex key = style.key().apply(property.name());
            emitter.read(here, key, property.values(), after(i + 1, Math.min(count + 1, cap())), rule);
        }
        if (!property.required()) {
            builder.skip(here, before(i + 1, count));
        }
    }

    /** Other properties, of which the first begins in {@code from}. */
    private void others(int from, int count) {
        boolean counted = max != Integer.MAX_VALUE;
        int most = counted ? max - count : Math.max(1, min - count);
        int here = from;
        for (int extra = 1; extra <= most; extra++) {
            int past = builder.state(rule);
            for (Other other : others) {
                emitter.read(here, other.key(), other.values(), past, rule);
            }
            if (count + extra >= min) {
                builder.read(past, style.close(), rule.end());
            }
            if (extra < most) {
                here = builder.state(rule);
                builder.read(past, comma, here);
            } else if (!counted) {
                int again = builder.state(rule);
                builder.read(past, comma, again);
                for (Other other : others) {
                    emitter.read(again, other.key(), other.values(), past, rule);
                }
            }
        }
    }
}
