package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where every plain character leads to the same set, and to which. Safe for any number of threads. */
final class PlainSteps {
    private final Automaton automaton;
    private final int[] asciiClasses;
    private final Map<ParseSet, ParseSet> steps = new ConcurrentHashMap<>();

    PlainSteps(Automaton automaton) {
        this.automaton = automaton;
        BitSet classes = new BitSet();
        for (int value = 0; value < 0x80; value++) {
            if (PlainText.isPlain(value)) {
                classes.set(automaton.classes()[value] & 0xFF);
            }
        }
        asciiClasses = classes.stream().toArray();
    }

    void clear() {
        steps.clear();
    }

    /** Whether any {@code chars} plain characters may come. */
    boolean takes(ParseSet set, int chars) {
        ParseSet at = set;
        for (int i = 0; i < chars; i++) {
            ParseSet next = step(at);
            if (next == automaton.dead()) {
                return false;
            }
            if (next == at) {
                return true;
            }
            if (i == 64) {
                return false;
            }
            at = next;
        }
        return true;
    }

    private ParseSet step(ParseSet set) {
        ParseSet known = steps.get(set);
        if (known == null) {
            known = find(set);
            steps.put(set, known);
        }
        return known;
    }

    private ParseSet find(ParseSet set) {
        ParseSet dead = automaton.dead();
        ParseSet next = automaton.step(set, asciiClasses[0]);
        if (next == dead) {
            return dead;
        }
        for (int byteClass : asciiClasses) {
            if (automaton.step(set, byteClass) != next) {
                return dead;
            }
        }
        for (int[] ranges : PlainText.SEQUENCES) {
            if (!leads(set, ranges, 0, next)) {
                return dead;
            }
        }
        return next;
    }

    /** Whether each sequence of bytes in the ranges leads to {@code end}. */
    private boolean leads(ParseSet from, int[] ranges, int i, ParseSet end) {
        if (from == automaton.dead() || i == ranges.length) {
            return from == end;
        }
        ParseSet last = automaton.dead();
        for (int value = ranges[i]; value <= ranges[i + 1]; value++) {
            ParseSet next = automaton.stepByte(from, value);
            if (next != last && !leads(next, ranges, i + 2, end)) {
                return false;
            }
            last = next;
        }
        return true;
    }
}
