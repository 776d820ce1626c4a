package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.regex.PlainPrefix;
import io.jgemma.engine.grammar.regex.PlainText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Where plain characters may come, whichever they are. Safe for any number of threads. */
final class PlainSteps {
    /** Sets that are looked at to find out about one. */
    private static final int MAX_EXPLORED = 64;

    private final Automaton automaton;
    private final Map<ParseSet, Integer> counts = new ConcurrentHashMap<>();

    /** By kind of character: for each of its bytes, one byte of each class that it may be of. */
    private final List<int[][]> characters = new ArrayList<>();

    PlainSteps(Automaton automaton) {
        this.automaton = automaton;
        characters.add(new int[][] {distinct(IntStream.range(0, 0x80).filter(PlainText::isPlain))});
        for (int[] ranges : PlainText.sequences()) {
            int[][] bytes = new int[ranges.length / 2][];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = distinct(IntStream.rangeClosed(ranges[2 * i], ranges[2 * i + 1]));
            }
            characters.add(bytes);
        }
    }

    /** One byte of each class. */
    private int[] distinct(IntStream values) {
        Set<Byte> seen = new HashSet<>();
        return values.filter(value -> seen.add(automaton.classes()[value])).toArray();
    }

    void clear() {
        counts.clear();
    }

    /** How many plain characters may come in any case, as far as the form of the expressions and what was explored tell. */
    int count(ParseSet set) {
        Integer known = counts.get(set);
        if (known == null) {
            known = automaton.plainChars(set);
            counts.put(set, known);
        }
        return known;
    }

    /** Whether any number of plain characters may come, as far as {@link #count} tells. */
    boolean takesAny(ParseSet set) {
        return count(set) == PlainPrefix.ANY_NUMBER;
    }

    /**
     * How many plain characters may come in any case, at least: follows all of them together, until one may not come or there are too many
     * sets. If neither happens, no set that was reached ever forbids one.
     */
    int explored(ParseSet set) {
        if (takesAny(set)) {
            return PlainPrefix.ANY_NUMBER;
        }
        Set<ParseSet> reached = new HashSet<>();
        reached.add(set);
        List<ParseSet> level = List.of(set);
        int chars = 0;
        while (!level.isEmpty()) {
            Set<ParseSet> behind = new HashSet<>();
            for (ParseSet at : level) {
                for (int[][] bytes : characters) {
                    if (!follow(at, bytes, 0, behind)) {
                        return chars;
                    }
                }
            }
            chars++;
            if (reached.size() > MAX_EXPLORED) {
                return chars;
            }
            level = behind.stream()
                    .filter(next -> reached.add(next) && !takesAny(next))
                    .toList();
        }
        reached.forEach(each -> counts.put(each, PlainPrefix.ANY_NUMBER));
        return PlainPrefix.ANY_NUMBER;
    }

    /** Adds the sets behind the characters of a kind; false if one of them may not come. */
    private boolean follow(ParseSet at, int[][] bytes, int i, Set<ParseSet> behind) {
        if (i == bytes.length) {
            behind.add(at);
            return true;
        }
        ParseSet last = automaton.dead();
        for (int value : bytes[i]) {
            ParseSet next = automaton.stepByte(at, value);
            if (next == automaton.dead() || (next != last && !follow(next, bytes, i + 1, behind))) {
                return false;
            }
            last = next;
        }
        return true;
    }

    /** The set that most plain characters of ASCII lead to; {@link Automaton#dead} if most may not come. */
    ParseSet mostly(ParseSet set) {
        ParseSet most = automaton.dead();
        int lead = 0;
        for (int value = 0; value < 0x80; value++) {
            if (PlainText.isPlain(value)) {
                ParseSet next = automaton.stepByte(set, value);
                if (next == most) {
                    lead++;
                } else if (lead == 0) {
                    most = next;
                    lead = 1;
                } else {
                    lead--;
                }
            }
        }
        return most;
    }
}
