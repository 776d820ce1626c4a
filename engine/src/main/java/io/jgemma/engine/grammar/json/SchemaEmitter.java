package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes rules for values. A rule stands for a set of literals that a value has to satisfy together; equal sets share a rule, so
 * that recursive schemas end. Values without inner structure need no rule: they are words of a regular language.
 */
final class SchemaEmitter {
    /** More are no schema but an attack. */
    private static final int MAX_NODES = 20_000;

    /** Values that satisfy a set of literals. */
    static final class Values {
        private final List<Branch> branches;
        private final boolean plain;
        private final String pointer;
        private @Nullable Regex regex;
        private @Nullable Rule rule;

        private Values(List<Branch> branches, String pointer) {
            this.branches = branches;
            this.pointer = pointer;
            plain = branches.stream()
                    .allMatch(branch -> branch.values != null || !branch.has(Types.ARRAY | Types.OBJECT));
        }

        List<Branch> branches() {
            return branches;
        }

        boolean isNone() {
            return branches.isEmpty();
        }
    }

    private final GrammarBuilder builder;
    private final RegexStore store;
    private final Notation notation;
    private final Keywords keywords;
    private final Scalars scalars;
    private final Expander expander;
    private final Validator validator;
    private final Map<Set<Literal>, Values> known = new HashMap<>();
    private final Deque<Values> queue = new ArrayDeque<>();

    SchemaEmitter(GrammarBuilder builder, Notation notation, Keywords keywords) {
        this.builder = builder;
        this.notation = notation;
        this.keywords = keywords;
        store = builder.store();
        scalars = new Scalars(store);
        expander = new Expander(keywords, scalars);
        validator = new Validator(keywords, scalars);
    }

    GrammarBuilder builder() {
        return builder;
    }

    Notation notation() {
        return notation;
    }

    Keywords keywords() {
        return keywords;
    }

    Scalars scalars() {
        return scalars;
    }

    Validator validator() {
        return validator;
    }

    /** The values that satisfy all literals. */
    Values values(Collection<Literal> literals) {
        Set<Literal> key = new LinkedHashSet<>();
        for (Literal literal : literals) {
            if (!literal.isTrivial()) {
                key.add(literal);
            }
        }
        Values values = known.get(key);
        if (values == null) {
            if (known.size() >= MAX_NODES) {
                throw GrammarException.unsupported("#", "the schema has more than " + MAX_NODES + " kinds of values");
            }
            String pointer = key.isEmpty() ? "#" : key.iterator().next().node().pointer();
            values = new Values(expander.expand(key), pointer);
            known.put(key, values);
        }
        return values;
    }

    /** A way on which a word and then a value is read. */
    void read(int from, Regex before, Values values, int to, Rule owner) {
        if (values.plain) {
            builder.read(from, store.concat(before, regex(values)), to);
            return;
        }
        int middle = builder.state(owner);
        builder.read(from, before, middle);
        Rule rule = values.rule;
        if (rule == null) {
            rule = builder.rule(values.pointer);
            values.rule = rule;
            queue.add(values);
        }
        builder.call(middle, rule, to);
    }

    /** Lets a rule read the entries of the values that are objects, as arguments of a call. */
    void arguments(Values values, Rule rule) {
        for (Branch branch : values.branches) {
            List<Json> listed = branch.values;
            if (listed != null) {
                throw GrammarException.unsupported(values.pointer, "arguments cannot be listed as whole objects");
            }
            if (branch.has(Types.OBJECT) && supported(branch, Types.OBJECT)) {
                new ObjectEmitter(this, notation.call(), branch, rule).emit();
            }
        }
    }

    /** Writes the rules of all values that were asked for. */
    void finish() {
        while (!queue.isEmpty()) {
            Values values = queue.remove();
            Rule rule = values.rule;
            if (rule != null) {
                for (Branch branch : values.branches) {
                    emit(branch, rule);
                }
            }
        }
    }

    private void emit(Branch branch, Rule rule) {
        builder.read(rule.start(), plain(branch), rule.end());
        if (branch.values != null) {
            return;
        }
        if (branch.has(Types.ARRAY) && supported(branch, Types.ARRAY)) {
            new ArrayEmitter(this, branch, rule).emit();
        }
        if (branch.has(Types.OBJECT) && supported(branch, Types.OBJECT)) {
            new ObjectEmitter(this, notation.object(), branch, rule).emit();
        }
    }

    private Regex regex(Values values) {
        Regex regex = values.regex;
        if (regex == null) {
            List<Regex> parts = new ArrayList<>();
            for (Branch branch : values.branches) {
                parts.add(plain(branch));
            }
            regex = store.or(parts);
            values.regex = regex;
        }
        return regex;
    }

    /** The branch's values without inner structure, or all if it lists them. */
    private Regex plain(Branch branch) {
        List<Json> listed = branch.values;
        List<Regex> parts = new ArrayList<>();
        if (listed != null) {
            for (Json value : listed) {
                if (branch.has(Types.of(value.type()))
                        && !branch.excluded.contains(value)
                        && validator.satisfies(value, branch)) {
                    parts.add(notation.value(value));
                }
            }
            return store.or(parts);
        }
        if (branch.has(Types.NULL) && supported(branch, Types.NULL) && !branch.excluded.contains(new Json.Null())) {
            parts.add(notation.nothing());
        }
        for (boolean truth : new boolean[] {true, false}) {
            if (branch.has(Types.BOOLEAN)
                    && supported(branch, Types.BOOLEAN)
                    && !branch.excluded.contains(new Json.Bool(truth))) {
                parts.add(notation.truth(truth));
            }
        }
        if (branch.has(Types.NUMBER) && supported(branch, Types.NUMBER)) {
            parts.add(scalars.number(branch));
        }
        if (branch.has(Types.STRING) && supported(branch, Types.STRING)) {
            parts.add(string(branch));
        }
        return store.or(parts);
    }

    private Regex string(Branch branch) {
        return Scalars.isFreeString(branch)
                ? notation.anyString()
                : notation.string(encoding -> scalars.string(branch, encoding));
    }

    /** Whether all that is asked of a type can be kept; throws if it cannot, and false if nothing is of the type anyway. */
    private boolean supported(Branch branch, int type) {
        for (Branch.Refusal refusal : branch.refusals) {
            if ((refusal.type() & type) != 0 && !refusal.reason().isEmpty()) {
                if (expander.isImpossible(branch, type)) {
                    return false;
                }
                throw GrammarException.unsupported(refusal.pointer(), refusal.reason());
            }
        }
        return true;
    }
}
