package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.trie.TokenAutomaton;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A place in a grammar. Small: all that it holds is where the parser stands. */
final class GrammarConstraint implements TokenConstraint {
    private static final int MAX_FORCED_BYTES = 256;

    /** With more tokens left, nobody asks how to end. */
    private static final int MAX_ENDING_TOKENS = 4_096;

    /** A token that is chosen freely can begin something that takes so many more to end. */
    private static final int MARGIN_TOKENS = 24;

    /** What is complete is not gone on with when no more tokens are left: a further call could not be ended. */
    private static final int MAX_PART_TOKENS = 96;

    private static final int[] NONE = {};

    private final TokenAutomaton automaton;
    private final Tokenizer tokenizer;
    private final boolean ends;
    private ParseSet at;

    /** Whether nothing may be added to what is complete, because there are too few tokens left for another part. */
    private boolean closed;

    /**
     * @param ends whether the text is to be completed before tokens run out
     */
    GrammarConstraint(TokenAutomaton automaton, Tokenizer tokenizer, boolean ends, ParseSet at) {
        this.automaton = automaton;
        this.tokenizer = tokenizer;
        this.ends = ends;
        this.at = at;
    }

    @Override
    public void mask(long[] allowed) {
        if (closed) {
            Arrays.fill(allowed, 0);
        } else {
            automaton.mask(at, allowed);
        }
    }

    @Override
    public boolean allows(int token) {
        return !closed && automaton.step(at, token).isPresent();
    }

    @Override
    public void accept(int token) {
        Optional<ParseSet> next = automaton.step(at, token);
        at = next.orElseThrow(
                () -> new IllegalArgumentException("token " + token + " is not allowed here by the grammar"));
    }

    /**
     * The tokens that the tokenizer makes of the bytes that are certain. The last one is left out: what follows could be part of
     * it.
     */
    @Override
    public int[] forced() {
        byte[] bytes = automaton.forcedBytes(at, MAX_FORCED_BYTES);
        if (bytes.length < 2 || tokenizer.vocabulary().addSpacePrefix()) {
            return NONE;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int[] tokens = tokenizer.encode(text);
        int count = tokens.length - 1;
        ParseSet reached = at;
        for (int i = 0; i < count; i++) {
            Optional<ParseSet> next = automaton.step(reached, tokens[i]);
            if (next.isEmpty()) {
                return Arrays.copyOf(tokens, i);
            }
            reached = next.get();
        }
        return count <= 0 ? NONE : Arrays.copyOf(tokens, count);
    }

    @Override
    public int[] ending(int left) {
        closed = ends && at.accepting() && left <= MAX_PART_TOKENS;
        if (!ends || left > MAX_ENDING_TOKENS || left > automaton.bytesToEnd(at) + MARGIN_TOKENS) {
            return NONE;
        }
        return automaton
                .ending(at, left)
                .filter(tokens -> tokens.length + MARGIN_TOKENS >= left)
                .orElse(NONE);
    }

    @Override
    public boolean complete() {
        return at.accepting();
    }

    @Override
    public TokenConstraint fork() {
        GrammarConstraint fork = new GrammarConstraint(automaton, tokenizer, ends, at);
        fork.closed = closed;
        return fork;
    }
}
