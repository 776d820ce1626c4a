package io.jgemma.engine.grammar.rule;

import io.jgemma.engine.grammar.regex.RegexStore;
import java.util.List;

/**
 * A context-free grammar over bytes. Rules and edges are immutable; the store of expressions goes on to make derivatives, so
 * that one thread at a time may read by it.
 */
public final class RuleGrammar {
    private final RegexStore store;
    private final List<Rule> rules;
    private final Rule start;
    private final int[] owners;
    private final Edge[][] edges;
    private final boolean[] nullable;

    RuleGrammar(RegexStore store, List<Rule> rules, Rule start, int[] owners, Edge[][] edges, boolean[] nullable) {
        this.store = store;
        this.rules = rules;
        this.start = start;
        this.owners = owners;
        this.edges = edges;
        this.nullable = nullable;
    }

    /** Makes derivatives of the grammar's expressions. */
    public RegexStore store() {
        return store;
    }

    /** The rule that a text is. */
    public Rule start() {
        return start;
    }

    /** How many states all rules have together. */
    public int states() {
        return edges.length;
    }

    /** How many rules there are. */
    public int rules() {
        return rules.size();
    }

    /** The rule that a state belongs to. */
    public Rule ruleOf(int state) {
        return rules.get(owners[state]);
    }

    /** How many ways lead out of a state. */
    public int edges(int state) {
        return edges[state].length;
    }

    /** Way number {@code i} out of a state. */
    public Edge edge(int state, int i) {
        return edges[state][i];
    }

    /** Whether a rule has the empty word. */
    public boolean nullable(Rule rule) {
        return nullable[rule.id()];
    }
}
