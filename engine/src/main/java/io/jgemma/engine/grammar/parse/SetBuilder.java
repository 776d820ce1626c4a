package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.rule.Edge;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.rule.RuleGrammar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Completes one set: from the words that go on to the rules that end, the rules that begin, and the words those begin with
 * (Jay Earley, "An efficient context-free parsing algorithm", 1970; empty rules as in John Aycock and R. Nigel Horspool,
 * "Practical Earley parsing", 2002). A rule called at the end of another goes on directly where that one would, so that
 * repetition by right recursion costs no more than any other (after Joop Leo, "A general context-free parsing algorithm
 * running in linear time on every LR(k) grammar without using lookahead", 1991).
 */
final class SetBuilder {
    /** Of a rule called at another's end, so many ways to go on are taken over at most. */
    private static final int MAX_INHERITED = 8;

    private record At(int state, int origin) {}

    private record Reading(Regex regex, int target, int origin) {}

    private record Waiting(int rule, int target, @Nullable ParseSet origin) {}

    private final RuleGrammar grammar;
    private final @Nullable ParseSet initial;
    private final Set<At> visited = new HashSet<>();
    private final Set<Reading> reading = new HashSet<>();
    private final BitSet predicted = new BitSet();
    private final IntList pendingStates = new IntList();
    private final List<@Nullable ParseSet> pendingOrigins = new ArrayList<>();
    private final List<Regex> regexes = new ArrayList<>();
    private final IntList targets = new IntList();
    private final List<@Nullable ParseSet> origins = new ArrayList<>();
    private final Set<Waiting> waits = new HashSet<>();
    private boolean accepting;

    /**
     * @param initial the set before the first byte; null while that is built
     */
    SetBuilder(RuleGrammar grammar, @Nullable ParseSet initial) {
        this.grammar = grammar;
        this.initial = initial;
    }

    /** The set before the first byte. */
    ParseSet first(int id, int classes) {
        accepting = grammar.nullable(grammar.start());
        predict(grammar.start());
        work();
        return finish(id, classes);
    }

    /** The set of a kernel. */
    ParseSet of(Kernel kernel, int id, int classes) {
        for (int i = 0; i < kernel.size(); i++) {
            Regex regex = kernel.regex(i);
            if (!regex.isEpsilon()) {
                read(regex, kernel.target(i), kernel.origin(i));
            }
            if (regex.nullable()) {
                advance(kernel.target(i), kernel.origin(i));
            }
        }
        work();
        return finish(id, classes);
    }

    private static int number(@Nullable ParseSet origin) {
        return origin == null ? -1 : origin.id();
    }

    private void read(Regex regex, int target, @Nullable ParseSet origin) {
        if (reading.add(new Reading(regex, target, number(origin)))) {
            regexes.add(regex);
            targets.add(target);
            origins.add(origin);
        }
    }

    private void advance(int state, @Nullable ParseSet origin) {
        if (visited.add(new At(state, number(origin)))) {
            pendingStates.add(state);
            pendingOrigins.add(origin);
        }
    }

    private void predict(Rule rule) {
        if (!predicted.get(rule.id())) {
            predicted.set(rule.id());
            advance(rule.start(), null);
        }
    }

    private void work() {
        for (int i = 0; i < pendingStates.size(); i++) {
            visit(pendingStates.get(i), pendingOrigins.get(i));
        }
    }

    private void visit(int state, @Nullable ParseSet origin) {
        Rule rule = grammar.ruleOf(state);
        if (state == rule.end()) {
            if (origin != null) {
                complete(rule, origin);
            }
            return;
        }
        for (int i = 0; i < grammar.edges(state); i++) {
            switch (grammar.edge(state, i)) {
                case Edge.Skip(int target) -> advance(target, origin);
                case Edge.Read(Regex regex, int target) -> {
                    read(regex, target, origin);
                    if (regex.nullable()) {
                        advance(target, origin);
                    }
                }
                case Edge.Call(Rule called, int target) -> call(rule, called, target, origin);
            }
        }
    }

    private void call(Rule caller, Rule called, int target, @Nullable ParseSet origin) {
        if (grammar.nullable(called)) {
            advance(target, origin);
        }
        if (target == caller.end()) {
            if (called.id() == caller.id()) {
                advance(called.start(), origin);
                return;
            }
            if (origin != null && inherit(caller, called, origin)) {
                predict(called);
                return;
            }
        }
        waits.add(new Waiting(called.id(), target, origin));
        predict(called);
    }

    /** Lets what waits for the caller wait for the called rule. Returns false where that is not possible. */
    private boolean inherit(Rule caller, Rule called, ParseSet origin) {
        if (caller.id() == grammar.start().id()) {
            return false;
        }
        ParseSet.Waits there = origin.waits();
        int from = lowerBound(there.rules(), caller.id());
        int to = lowerBound(there.rules(), caller.id() + 1);
        if (to - from > MAX_INHERITED) {
            return false;
        }
        for (int i = from; i < to; i++) {
            ParseSet before = there.origins()[i];
            waits.add(new Waiting(called.id(), there.targets()[i], before == null ? origin : before));
        }
        return true;
    }

    private void complete(Rule rule, ParseSet origin) {
        if (rule.id() == grammar.start().id() && origin == initial) {
            accepting = true;
        }
        ParseSet.Waits there = origin.waits();
        int[] rules = there.rules();
        for (int i = lowerBound(rules, rule.id()); i < rules.length && rules[i] == rule.id(); i++) {
            ParseSet before = there.origins()[i];
            advance(there.targets()[i], before == null ? origin : before);
        }
    }

    private static int lowerBound(int[] sorted, int value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private ParseSet finish(int id, int classes) {
        Waiting[] sorted = waits.toArray(new Waiting[0]);
        Arrays.sort(sorted, (a, b) -> Integer.compare(a.rule, b.rule));
        int[] rules = new int[sorted.length];
        int[] waitTargets = new int[sorted.length];
        @Nullable ParseSet[] waitOrigins = new @Nullable ParseSet[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            rules[i] = sorted[i].rule;
            waitTargets[i] = sorted[i].target;
            waitOrigins[i] = sorted[i].origin;
        }
        ParseSet.Reads reads =
                new ParseSet.Reads(regexes.toArray(new Regex[0]), targets.toArray(), origins.toArray(new ParseSet[0]));
        return new ParseSet(id, reads, new ParseSet.Waits(rules, waitTargets, waitOrigins), accepting, classes);
    }
}
