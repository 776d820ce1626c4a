package io.jgemma.engine.grammar.rule;

import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Takes away what leads nowhere: edges to states from which no end is reached, and calls of rules without a word. What is left
 * has the property that every beginning of a text that can be read can also be completed.
 */
final class Pruner {
    /** Derivatives to look at for a word of a language with intersections and complements. */
    private static final int LIFE_STEPS = 2_000;

    private static final int MIN_LIFE_STEPS = 100;

    /** The same for a whole grammar; what is left is at least {@link #MIN_LIFE_STEPS}. */
    private static final int MAX_LIFE_STEPS = 40_000;

    private final RegexStore store;
    private final List<Rule> rules;
    private final Edge[][] edges;
    private final boolean[] alive;
    private final boolean[] empty;

    Pruner(RegexStore store, List<Rule> rules, Edge[][] edges) {
        this.store = store;
        this.rules = rules;
        this.edges = edges;
        alive = new boolean[edges.length];
        empty = new boolean[edges.length];
    }

    boolean isProductive(Rule rule) {
        return alive[rule.start()];
    }

    /** Whether each rule has the empty word. */
    boolean[] nullableRules() {
        boolean[] nullable = new boolean[rules.size()];
        for (Rule rule : rules) {
            nullable[rule.id()] = empty[rule.start()];
        }
        return nullable;
    }

    void prune() {
        for (int i = 0; i < edges.length; i++) {
            edges[i] = Arrays.stream(edges[i]).filter(this::hasWord).toArray(Edge[]::new);
        }
        spread(alive, false);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = Arrays.stream(edges[i]).filter(this::leadsOn).toArray(Edge[]::new);
        }
        spread(empty, true);
    }

    private int lifeSteps() {
        return Math.clamp(MAX_LIFE_STEPS - store.searchSteps(), MIN_LIFE_STEPS, LIFE_STEPS);
    }

    private boolean hasWord(Edge edge) {
        return !(edge instanceof Edge.Read(Regex regex, int target)) || store.isLive(regex, lifeSteps());
    }

    private boolean leadsOn(Edge edge) {
        return alive[edge.target()] && (!(edge instanceof Edge.Call(Rule rule, int target)) || alive[rule.start()]);
    }

    /** Marks the states from which an end is reached, by empty words only or by any. */
    private void spread(boolean[] marked, boolean emptyOnly) {
        List<List<Integer>> before = predecessors(emptyOnly);
        Deque<Integer> queue = new ArrayDeque<>();
        for (Rule rule : rules) {
            marked[rule.end()] = true;
            queue.add(rule.end());
        }
        while (!queue.isEmpty()) {
            int state = queue.remove();
            for (int from : before.get(state)) {
                if (!marked[from] && leads(from, marked, emptyOnly)) {
                    marked[from] = true;
                    queue.add(from);
                }
            }
        }
    }

    private boolean leads(int from, boolean[] marked, boolean emptyOnly) {
        for (Edge edge : edges[from]) {
            boolean passable = switch (edge) {
                case Edge.Skip(int target) -> true;
                case Edge.Read(Regex regex, int target) -> !emptyOnly || regex.nullable();
                case Edge.Call(Rule rule, int target) -> marked[rule.start()];
            };
            if (passable && marked[edge.target()]) {
                return true;
            }
        }
        return false;
    }

    /** For each state, the states that may be marked once it is: before it, or calling the rule that begins in it. */
    private List<List<Integer>> predecessors(boolean emptyOnly) {
        List<List<Integer>> before = new ArrayList<>(edges.length);
        for (int i = 0; i < edges.length; i++) {
            before.add(new ArrayList<>(2));
        }
        for (int from = 0; from < edges.length; from++) {
            for (Edge edge : edges[from]) {
                if (edge instanceof Edge.Read(Regex regex, int target) && emptyOnly && !regex.nullable()) {
                    continue;
                }
                before.get(edge.target()).add(from);
                if (edge instanceof Edge.Call(Rule rule, int target)) {
                    before.get(rule.start()).add(from);
                }
            }
        }
        return before;
    }
}
