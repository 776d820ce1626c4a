package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.regex.PlainPrefix;
import io.jgemma.engine.grammar.regex.PlainText;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where plain characters may come, whichever they are. Safe for any number of threads. */
final class PlainSteps {
    private final Automaton automaton;
    private final Map<ParseSet, Integer> counts = new ConcurrentHashMap<>();

    PlainSteps(Automaton automaton) {
        this.automaton = automaton;
    }

    void clear() {
        counts.clear();
    }

    /** How many plain characters may come in any case. */
    int count(ParseSet set) {
        Integer known = counts.get(set);
        if (known == null) {
            known = automaton.plainChars(set);
            counts.put(set, known);
        }
        return known;
    }

    /** Whether any number of plain characters may come. */
    boolean takesAny(ParseSet set) {
        return count(set) == PlainPrefix.ANY_NUMBER;
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
