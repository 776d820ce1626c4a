package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.Regex;
import org.jspecify.annotations.Nullable;

/**
 * Where a parser stands after some bytes: everything that may come next. Two places where the same may come next are mostly one
 * object. Immutable but for the transitions, which {@link Automaton} fills in.
 */
public final class ParseSet {

    /**
     * Words that are being read.
     *
     * @param regexes what is left of each word
     * @param targets state of the rule that follows the word
     * @param origins set in which the rule began; null = this one
     */
    record Reads(Regex[] regexes, int[] targets, @Nullable ParseSet[] origins) {}

    /**
     * Rules that began here, and what goes on when one ends.
     *
     * @param rules rule's number, ascending
     * @param targets state of the calling rule that follows
     * @param origins set in which the calling rule began; null = this one
     */
    record Waits(int[] rules, int[] targets, @Nullable ParseSet[] origins) {}

    private final int id;
    private final Reads reads;
    private final Waits waits;
    private final boolean accepting;

    /** By class of bytes: the set that follows, null = not known yet. Races are harmless: all that is written is final. */
    private final @Nullable ParseSet[] next;

    ParseSet(int id, Reads reads, Waits waits, boolean accepting, int classes) {
        this.id = id;
        this.reads = reads;
        this.waits = waits;
        this.accepting = accepting;
        next = new ParseSet[classes];
    }

    /** A number for orders; no other set of the automaton has it. */
    int id() {
        return id;
    }

    Reads reads() {
        return reads;
    }

    Waits waits() {
        return waits;
    }

    /** Whether what was read is a text of the grammar. */
    public boolean accepting() {
        return accepting;
    }

    /** Whether nothing more can be read. */
    public boolean exhausted() {
        return reads.regexes.length == 0;
    }

    @Nullable
    ParseSet next(int byteClass) {
        return next[byteClass];
    }

    void next(int byteClass, @Nullable ParseSet set) {
        next[byteClass] = set;
    }

    void forget() {
        java.util.Arrays.fill(next, null);
    }
}
