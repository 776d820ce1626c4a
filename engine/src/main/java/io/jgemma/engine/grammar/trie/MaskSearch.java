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
        WalkBuffers buffers = vocabulary.buffers().take();
        try {
            return of(set, buffers);
        } finally {
            vocabulary.buffers().giveBack(buffers);
        }
    }

    private TokenMask of(ParseSet set, WalkBuffers buffers) {
        int chars = plain.count(set);
        ParseSet similar = chars > 0 ? automaton.dead() : plain.mostly(set);
        if (chars == 0 && !plain.takesAny(similar)) {
            chars = plain.explored(set);
            if (chars == 0) {
                plain.explored(similar);
            }
        }
        for (Slice slice : vocabulary.slices()) {
            if (chars >= Math.min(slice.maxChars(), maxBytes)) {
                walk(slice.rest(), buffers, buffers.allowed).all(set);
                return TokenMask.of(base(slice), buffers.forbidden, buffers.allowed, vocabulary.words());
            }
        }
        if (plain.takesAny(similar)) {
            return special(set, similar, buffers);
        }
        walk(vocabulary.trie(), buffers, buffers.allowed).all(set);
        return TokenMask.of(null, buffers.forbidden, buffers.allowed, vocabulary.words());
    }

    /** Inside a string of which some few beginnings are special: all plain tokens but what those forbid, and what may come besides. */
    private TokenMask special(ParseSet set, ParseSet similar, WalkBuffers buffers) {
        Slice any = vocabulary.slices().getFirst();
        TrieWalk.Result known = others.get(similar);
        if (known == null) {
            known = walk(any.rest(), buffers, buffers.allowed).result(similar);
            others.put(similar, known);
            buffers.allowed.clear();
        }
        walk(vocabulary.plainTrie(), buffers, buffers.forbidden).forbidden(set, plain);
        walk(any.rest(), buffers, buffers.allowed).like(set, similar, known);
        return TokenMask.of(base(any), buffers.forbidden, buffers.allowed, vocabulary.words());
    }

    private long[] base(Slice slice) {
        return maxBytes < Integer.MAX_VALUE ? slice.shortMask() : slice.mask();
    }

    private TrieWalk walk(TokenTrie trie, WalkBuffers buffers, Found found) {
        return new TrieWalk(automaton, trie, maxBytes, buffers.path, found);
    }
}
