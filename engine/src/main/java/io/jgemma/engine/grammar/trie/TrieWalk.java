package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;

/** Walks over a trie with the parser beside it. */
final class TrieWalk {

    /**
     * What a walk found.
     *
     * @param tokens the tokens, by their first byte
     * @param begins [257] for each first byte, where its tokens begin
     */
    record Result(int[] tokens, int[] begins) {}

    private static final Result NOTHING = new Result(new int[0], new int[257]);

    private final Automaton automaton;
    private final TokenTrie trie;
    private final int maxBytes;
    private final ParseSet[] path;
    private final Found found;

    /**
     * @param maxBytes longer tokens are left out
     * @param path [deeper than the trie] overwritten
     * @param found what is found is added to it
     */
    TrieWalk(Automaton automaton, TokenTrie trie, int maxBytes, ParseSet[] path, Found found) {
        this.automaton = automaton;
        this.trie = trie;
        this.maxBytes = maxBytes;
        this.path = path;
        this.found = found;
    }

    /** Finds all tokens that may follow a set. */
    void all(ParseSet set) {
        like(set, automaton.dead(), NOTHING);
    }

    /** The same, when nothing has been found before. */
    Result result(ParseSet set) {
        int[] begins = like(set, automaton.dead(), NOTHING);
        return new Result(found.toArray(), begins);
    }

    /**
     * Finds all tokens that may follow a set.
     *
     * @param similar a set that some bytes lead from as they lead from the set itself
     * @param known what may follow that one
     * @return [257] for each first byte, where its tokens begin
     */
    int[] like(ParseSet set, ParseSet similar, Result known) {
        int[] begins = new int[257];
        int next = 0;
        for (int node = 0; node < trie.nodes(); node = trie.ends[node]) {
            int first = trie.labels[node] & 0xFF;
            for (; next <= first; next++) {
                begins[next] = found.count();
            }
            ParseSet after = automaton.stepByte(set, first);
            if (after == automaton.dead()) {
                continue;
            }
            if (after == automaton.stepByte(similar, first)) {
                found.add(known.tokens, known.begins[first], known.begins[first + 1]);
            } else {
                below(node, after);
            }
        }
        for (; next <= 256; next++) {
            begins[next] = found.count();
        }
        return begins;
    }

    /** Finds the tokens of a node and of all below it. */
    private void below(int top, ParseSet set) {
        ParseSet dead = automaton.dead();
        byte[] classes = automaton.classes();
        byte[] labels = trie.labels;
        short[] depths = trie.depths;
        int[] tokens = trie.tokens;
        path[1] = set;
        add(tokens[top]);
        int node = top + 1;
        int end = trie.ends[top];
        while (node < end) {
            int depth = depths[node];
            if (depth >= maxBytes) {
                node = trie.ends[node];
                continue;
            }
            ParseSet next = automaton.step(path[depth], classes[labels[node] & 0xFF] & 0xFF);
            if (next == dead) {
                node = trie.ends[node];
                continue;
            }
            add(tokens[node]);
            path[depth + 1] = next;
            node++;
        }
    }

    /** Finds the tokens that may not follow; where {@code plain} says that any may, none is looked at. */
    void forbidden(ParseSet set, PlainSteps plain) {
        path[0] = set;
        int node = 0;
        while (node < trie.nodes()) {
            int depth = trie.depths[node];
            int end = trie.ends[node];
            if (depth >= maxBytes) {
                node = end;
                continue;
            }
            ParseSet next = automaton.stepByte(path[depth], trie.labels[node] & 0xFF);
            if (next == automaton.dead()) {
                for (int inside = node; inside < end; inside++) {
                    if (trie.depths[inside] < maxBytes) {
                        add(trie.tokens[inside]);
                    }
                }
                node = end;
            } else if (plain.takesAny(next)) {
                node = end;
            } else {
                path[depth + 1] = next;
                node++;
            }
        }
    }

    private void add(int token) {
        if (token >= TokenTrie.TWINS) {
            for (int twin = token & ~TokenTrie.TWINS; twin != TokenTrie.NONE; twin = trie.twins[twin]) {
                found.add(twin);
            }
        } else if (token != TokenTrie.NONE) {
            found.add(token);
        }
    }
}
