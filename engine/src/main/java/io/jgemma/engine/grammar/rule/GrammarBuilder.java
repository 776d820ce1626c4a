package io.jgemma.engine.grammar.rule;

import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayList;
import java.util.List;

/** Collects rules. Not for use by several threads. */
public final class GrammarBuilder {
    /** More would be no schema but an attack, or a list that belongs into a program. */
    private static final int MAX_EDGES = 2_000_000;

    private final RegexStore store = new RegexStore();
    private final List<Rule> rules = new ArrayList<>();
    private final List<List<Edge>> edges = new ArrayList<>();
    private final List<Integer> ruleOfState = new ArrayList<>();
    private int edgeCount;

    /** A builder without rules. */
    public GrammarBuilder() {}

    /** Makes the expressions of this grammar. */
    public RegexStore store() {
        return store;
    }

    /** A new rule without a way from its start to its end. */
    public Rule rule(String name) {
        int id = rules.size();
        Rule rule = new Rule(id, name, newState(id), newState(id));
        rules.add(rule);
        return rule;
    }

    /** A new state of a rule. */
    public int state(Rule rule) {
        return newState(rule.id());
    }

    private int newState(int rule) {
        edges.add(new ArrayList<>(2));
        ruleOfState.add(rule);
        return edges.size() - 1;
    }

    /** A way on which nothing is read. */
    public void skip(int from, int to) {
        add(from, new Edge.Skip(to));
    }

    /** A way on which a word of a language is read. */
    public void read(int from, Regex regex, int to) {
        if (regex.isEpsilon()) {
            skip(from, to);
        } else if (!regex.isEmpty()) {
            add(from, new Edge.Read(regex, to));
        }
    }

    /** A way on which a rule is read. */
    public void call(int from, Rule rule, int to) {
        add(from, new Edge.Call(rule, to));
    }

    private void add(int from, Edge edge) {
        if (++edgeCount > MAX_EDGES) {
            throw GrammarException.unsupported("", "the grammar has more than " + MAX_EDGES + " transitions");
        }
        edges.get(from).add(edge);
    }

    /**
     * The finished grammar; the builder must not be used any more.
     *
     * @throws GrammarException if no text at all belongs to it
     */
    public RuleGrammar build(Rule start) {
        int states = edges.size();
        int[] owners = new int[states];
        Edge[][] table = new Edge[states][];
        for (int i = 0; i < states; i++) {
            owners[i] = ruleOfState.get(i);
            table[i] = edges.get(i).toArray(new Edge[0]);
        }
        Pruner pruner = new Pruner(store, rules, table);
        pruner.prune();
        if (!pruner.isProductive(start)) {
            throw GrammarException.unsupported("#", "nothing satisfies it");
        }
        return new RuleGrammar(store, List.copyOf(rules), start, owners, table, pruner.nullableRules());
    }
}
