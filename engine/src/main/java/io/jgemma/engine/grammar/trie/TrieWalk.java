package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One walk over a trie with the parser beside it. */
final class TrieWalk {
    private final Automaton automaton;
    private final TokenTrie trie;
    private int[] found = new int[256];
    private int count;

    TrieWalk(Automaton automaton, TokenTrie trie) {
        this.automaton = automaton;
        this.trie = trie;
    }

    /** The trie's tokens that may follow {@code set}, and those of {@code base}. */
    TokenMask mask(ParseSet set, long @Nullable [] base, int words) {
        ParseSet dead = automaton.dead();
        byte[] classes = automaton.classes();
        byte[] labels = trie.labels;
        short[] depths = trie.depths;
        int[] tokens = trie.tokens;
        ParseSet[] path = new ParseSet[trie.maxDepth + 1];
        path[0] = set;
        int node = 0;
        int nodes = labels.length;
        while (node < nodes) {
            int depth = depths[node];
            ParseSet next = automaton.step(path[depth], classes[labels[node] & 0xFF] & 0xFF);
            if (next == dead) {
                node = trie.ends[node];
                continue;
            }
            int token = tokens[node];
            if (token >= 0) {
                add(token);
            }
            path[depth + 1] = next;
            node++;
        }
        return TokenMask.of(base, found, count, words);
    }

    private void add(int first) {
        for (int token = first; token >= 0; token = trie.twins[token]) {
            if (count == found.length) {
                found = Arrays.copyOf(found, 2 * count);
            }
            found[count++] = token;
        }
    }
}
