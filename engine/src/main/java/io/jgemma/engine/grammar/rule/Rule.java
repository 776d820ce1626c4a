package io.jgemma.engine.grammar.rule;

/**
 * A named part of a grammar: an automaton that begins in {@link #start} and may end in {@link #end}.
 *
 * @param id number of the rule in its grammar
 * @param name for messages
 * @param start state it begins in
 * @param end state it ends in; nothing leads out of it
 */
public record Rule(int id, String name, int start, int end) {}
