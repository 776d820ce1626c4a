package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.trie.TokenAutomaton;
import io.jgemma.engine.grammar.trie.TokenVocabulary;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.text.Tokenizer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes constraints over one model's tokens. Grammars of equal content share everything that was computed for them. Safe for
 * any number of threads.
 */
public final class Grammars {
    /** Grammars whose tables are kept. */
    private static final int MAX_KEPT = 32;

    /** Memory of those tables, about: what lives long is copied by each collection of young objects until it is old. */
    private static final long MAX_KEPT_BYTES = 16L << 20;

    private final Tokenizer tokenizer;
    private final TokenVocabulary vocabulary;
    private final Map<Grammar, TokenAutomaton> kept = new LinkedHashMap<>(16, 0.75f, true);

    private Grammars(Tokenizer tokenizer, TokenVocabulary vocabulary) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
    }

    /**
     * Sorts the vocabulary, which takes a fraction of a second; to be made once a model.
     *
     * @param tokenizer the model's
     * @param tokens ids that the model has logits for; may be more than the tokenizer knows, which are never allowed
     */
    public static Grammars of(Tokenizer tokenizer, int tokens) {
        return new Grammars(tokenizer, TokenVocabulary.of(tokenizer, tokens));
    }

    /** A constraint at the beginning of an answer. */
    public TokenConstraint constraint(Grammar grammar) {
        TokenAutomaton automaton = automaton(grammar);
        return new GrammarConstraint(automaton, tokenizer, grammar.mustEnd(), automaton.initial(), Integer.MAX_VALUE);
    }

    private synchronized TokenAutomaton automaton(Grammar grammar) {
        TokenAutomaton automaton = kept.get(grammar);
        if (automaton == null) {
            automaton = new TokenAutomaton(grammar.automaton(), vocabulary);
            dropOldest();
            kept.put(grammar, automaton);
        }
        return automaton;
    }

    /** Lets go of what has not been asked for the longest until there is room for another. Constraints in use hold their own. */
    private void dropOldest() {
        long bytes = kept.values().stream().mapToLong(TokenAutomaton::bytes).sum();
        Iterator<TokenAutomaton> oldest = kept.values().iterator();
        while (oldest.hasNext() && (kept.size() >= MAX_KEPT || bytes > MAX_KEPT_BYTES)) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
