package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.trie.TokenAutomaton;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** A place in a grammar. Small: all that it holds is where the parser stands. */
final class GrammarConstraint implements TokenConstraint {
    private static final int MAX_FORCED_BYTES = 256;

    /** With more tokens left, nobody asks how to end. */
    private static final int MAX_ENDING_TOKENS = 4_096;

    /** A token that is chosen freely can begin something that takes so many more to end. */
    private static final int MARGIN_TOKENS = 24;

    /** With more tokens left, nobody asks whether what a token begins can be ended. */
    private static final int MAX_CAREFUL_TOKENS = 512;

    /** What need not be begun, such as another call, is begun only with so many tokens left besides the shortest way to end it. */
    private static final int PART_TOKENS = 64;

    /** Where more tokens are allowed, they are characters of a text, which begin nothing. */
    private static final int MAX_CHOICES = 256;

    private static final int[] NONE = {};

    private final TokenAutomaton automaton;
    private final Tokenizer tokenizer;
    private final boolean ends;
    private ParseSet at;
    private int left;

    /**
     * @param ends whether the text is to be completed before tokens run out
     * @param left tokens that may still come
     */
    GrammarConstraint(TokenAutomaton automaton, Tokenizer tokenizer, boolean ends, ParseSet at, int left) {
        this.automaton = automaton;
        this.tokenizer = tokenizer;
        this.ends = ends;
        this.at = at;
        this.left = left;
    }

    @Override
    public void limit(int tokens) {
        left = tokens;
    }

    @Override
    public void mask(long[] allowed) {
        automaton.mask(at, allowed);
        if (isCareful()) {
            leaveOutEndless(allowed);
        }
    }

    @Override
    public boolean allows(int token) {
        if (isCareful()) {
            long[] allowed = new long[automaton.vocabulary().words()];
            mask(allowed);
            return (allowed[token >> 6] >>> token & 1) != 0;
        }
        return automaton.step(at, token).isPresent();
    }

    private boolean isCareful() {
        return ends && left <= MAX_CAREFUL_TOKENS;
    }

    /** Takes away tokens behind which the text could not be completed any more, unless that is so behind all. */
    private void leaveOutEndless(long[] allowed) {
        BitSet choices = BitSet.valueOf(allowed);
        if (choices.cardinality() > MAX_CHOICES) {
            return;
        }
        int shortest = automaton.bytesToEnd(at);
        List<Integer> endless = choices.stream()
                .filter(token -> !canEnd(token, shortest))
                .boxed()
                .toList();
        if (at.accepting() || endless.size() < choices.cardinality()) {
            endless.forEach(token -> allowed[token >> 6] &= ~(1L << token));
        }
    }

    private boolean canEnd(int token, int shortest) {
        ParseSet next = automaton.step(at, token).orElseThrow();
        int bytes = automaton.bytesToEnd(next);
        int room = left - 1 - (bytes > shortest ? PART_TOKENS : 0);
        return bytes <= room || (room > 0 && automaton.ending(next, room).isPresent());
    }

    @Override
    public void accept(int token) {
        Optional<ParseSet> next = automaton.step(at, token);
        at = next.orElseThrow(
                () -> new IllegalArgumentException("token " + token + " is not allowed here by the grammar"));
        left--;
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
    public int[] ending() {
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
        return new GrammarConstraint(automaton, tokenizer, ends, at, left);
    }
}
