package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.ShortWords;
import io.jgemma.engine.grammar.rule.Edge;
import io.jgemma.engine.grammar.rule.RuleGrammar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How few bytes complete a text that has been begun. Exact for grammars without left recursion whose expressions tell their shortest
 * words; else never less than it takes. Not for use by several threads.
 */
final class Endings {

    private record Place(ParseSet set, int rule) {}

    private final RuleGrammar grammar;
    private final ParseSet initial;
    private final ShortWords words;

    /** By state: bytes from there to its rule's end, at least. */
    private final int[] toEnd;

    Endings(RuleGrammar grammar, ParseSet initial) {
        this.grammar = grammar;
        this.initial = initial;
        words = new ShortWords(grammar.store());
        toEnd = new int[grammar.states()];
        Arrays.fill(toEnd, ShortWords.NONE);
        spread();
    }

    void clear() {
        words.clear();
    }

    /** Relaxes from the ends of rules backwards until nothing gets shorter. */
    private void spread() {
        List<List<Integer>> before = new ArrayList<>(toEnd.length);
        for (int state = 0; state < toEnd.length; state++) {
            before.add(new ArrayList<>(2));
        }
        Deque<Integer> queue = new ArrayDeque<>();
        for (int from = 0; from < toEnd.length; from++) {
            for (int i = 0; i < grammar.edges(from); i++) {
                Edge edge = grammar.edge(from, i);
                before.get(edge.target()).add(from);
                if (edge instanceof Edge.Call(var rule, int target)) {
                    before.get(rule.start()).add(from);
                }
            }
            if (from == grammar.ruleOf(from).end()) {
                toEnd[from] = 0;
                queue.add(from);
            }
        }
        while (!queue.isEmpty()) {
            for (int from : before.get(queue.remove())) {
                int least = least(from);
                if (least < toEnd[from]) {
                    toEnd[from] = least;
                    queue.add(from);
                }
            }
        }
    }

    private int least(int from) {
        int least = toEnd[from];
        for (int i = 0; i < grammar.edges(from); i++) {
            Edge edge = grammar.edge(from, i);
            int here = switch (edge) {
                case Edge.Skip(int target) -> 0;
                case Edge.Read(var regex, int target) -> words.of(regex);
                case Edge.Call(var rule, int target) -> toEnd[rule.start()];
            };
            least = Math.min(least, here + toEnd[edge.target()]);
        }
        return least;
    }

    /** Bytes that complete the text, at least; {@link ShortWords#NONE} if that is not known. */
    int bytes(ParseSet set) {
        if (set.accepting()) {
            return 0;
        }
        Map<Place, Integer> known = new HashMap<>();
        int least = ShortWords.NONE;
        for (int i = 0; i < set.reads().regexes().length; i++) {
            least = Math.min(least, bytes(set, i, known));
        }
        return least;
    }

    /** The next byte of a shortest way to complete the text; -1 if none is known. */
    int nextByte(ParseSet set) {
        Map<Place, Integer> known = new HashMap<>();
        int least = ShortWords.NONE;
        int best = -1;
        for (int i = 0; i < set.reads().regexes().length; i++) {
            int bytes = bytes(set, i, known);
            if (bytes < least) {
                least = bytes;
                best = i;
            }
        }
        return best < 0 ? -1 : words.firstByte(set.reads().regexes()[best]);
    }

    /** Bytes on the way of one read. Where its word may end here, what follows is another read of the set, which is shorter. */
    private int bytes(ParseSet set, int read, Map<Place, Integer> known) {
        ParseSet.Reads reads = set.reads();
        if (reads.regexes()[read].nullable()) {
            return ShortWords.NONE;
        }
        int target = reads.targets()[read];
        ParseSet origin = reads.origins()[read];
        return sum(
                words.of(reads.regexes()[read]),
                toEnd[target],
                behind(
                        new Place(
                                origin == null ? set : origin,
                                grammar.ruleOf(target).id()),
                        known));
    }

    /** Bytes behind the end of a rule that began in a set. */
    private int behind(Place place, Map<Place, Integer> known) {
        Integer before = known.get(place);
        if (before != null) {
            return before;
        }
        boolean start = place.rule == grammar.start().id() && place.set == initial;
        known.put(place, start ? 0 : ShortWords.NONE);
        int least = start ? 0 : ShortWords.NONE;
        ParseSet.Waits waits = place.set.waits();
        for (int i = 0; i < waits.rules().length && !start; i++) {
            if (waits.rules()[i] == place.rule) {
                int target = waits.targets()[i];
                ParseSet origin = waits.origins()[i];
                Place outer = new Place(
                        origin == null ? place.set : origin,
                        grammar.ruleOf(target).id());
                least = Math.min(least, sum(0, toEnd[target], behind(outer, known)));
            }
        }
        known.put(place, least);
        return least;
    }

    private static int sum(int a, int b, int c) {
        return (int) Math.min((long) a + b + c, ShortWords.NONE);
    }
}
