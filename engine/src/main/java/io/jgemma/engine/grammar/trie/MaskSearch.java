package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the tokens of at most so many bytes that may follow a set. Safe for any number of threads. */
final class MaskSearch {
    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final PlainSteps plain;
    private final int maxBytes;
    private final Map<ParseSet, TrieWalk.Result> others = new ConcurrentHashMap<>();

    /**
     * @param maxBytes {@link Automaton#SHORT_TOKEN_BYTES}, or {@link Integer#MAX_VALUE} for all tokens
     */
    MaskSearch(Automaton automaton, TokenVocabulary vocabulary, PlainSteps plain, int maxBytes) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
        this.plain = plain;
        this.maxBytes = maxBytes;
    }

    void clear() {
        others.clear();
    }

    TokenMask of(ParseSet set) {
        Found none = new Found();
        int chars = plain.count(set);
        for (Slice slice : vocabulary.slices()) {
            if (chars >= Math.min(slice.maxChars(), maxBytes)) {
                TrieWalk walk = walk(slice.rest());
                walk.all(set);
                return TokenMask.of(base(slice), none, walk.found(), vocabulary.words());
            }
        }
        ParseSet similar = plain.mostly(set);
        if (!plain.takesAny(similar)) {
            TrieWalk walk = walk(vocabulary.trie());
            walk.all(set);
            return TokenMask.of(null, none, walk.found(), vocabulary.words());
        }
        // Inside a string of which some few beginnings are special: all plain tokens but what those forbid.
        Slice any = vocabulary.slices().getFirst();
        TrieWalk forbidden = walk(vocabulary.plainTrie());
        forbidden.forbidden(set, plain);
        TrieWalk walk = walk(any.rest());
        walk.like(
                set,
                similar,
                others.computeIfAbsent(similar, key -> walk(any.rest()).all(key)));
        return TokenMask.of(base(any), forbidden.found(), walk.found(), vocabulary.words());
    }

    private long[] base(Slice slice) {
        return maxBytes < Integer.MAX_VALUE ? slice.shortMask() : slice.mask();
    }

    private TrieWalk walk(TokenTrie trie) {
        return new TrieWalk(automaton, trie, maxBytes);
    }
}
