package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Scanning, the heap and the plain definition give the same merges. */
class MergerTest {
    @Property(tries = 2000)
    void scanAndHeapFollowTheDefinition(
            @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> symbols,
            @ForAll @Size(min = 64, max = 64) List<@IntRange(max = 12) Integer> priorities) {
        // Lengths are the ids: merging adds them, as long as the table says so; equal priorities are frequent.
        MergeRule rule = (left, right, from, to) -> {
            int priority = left < 8 && right < 8 ? priorities.get(left * 8 + right) - 6 : 6;
            return priority == 6 ? MergeRule.NONE : (long) priority << 32 | (left + right + 1);
        };
        List<String> expected = plain(symbols, rule);
        assertThat(merged(new Merger(rule, Integer.MAX_VALUE), symbols)).isEqualTo(expected);
        assertThat(merged(new Merger(rule, 0), symbols)).isEqualTo(expected);
        assertThat(merged(new Merger(rule), symbols)).isEqualTo(expected);
    }

    @Property(tries = 200)
    void aMergerCanBeUsedAgain(
            @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> first,
            @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> second) {
        MergeRule rule = (left, right, from, to) -> left == right ? (long) left << 32 | (left + 1) : MergeRule.NONE;
        for (int limit : new int[] {0, 1000}) {
            Merger merger = new Merger(rule, limit);
            merged(merger, first);
            assertThat(merged(merger, second)).isEqualTo(plain(second, rule));
        }
    }

    private static List<String> merged(Merger merger, List<Integer> symbols) {
        merger.begin();
        for (int i = 0; i < symbols.size(); i++) {
            merger.add(symbols.get(i), i * 2, i * 2 + 2);
        }
        merger.run();
        List<String> result = new ArrayList<>();
        for (int i = 0; i < merger.count(); i++) {
            result.add(merger.id(i) + "@" + merger.from(i) + "-" + merger.to(i));
        }
        return result;
    }

    private record Symbol(int id, int from, int to) {}

    private static List<String> plain(List<Integer> ids, MergeRule rule) {
        List<Symbol> symbols = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            symbols.add(new Symbol(ids.get(i), i * 2, i * 2 + 2));
        }
        while (true) {
            int best = -1;
            long bestCandidate = MergeRule.NONE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Symbol left = symbols.get(i);
                Symbol right = symbols.get(i + 1);
                long candidate = rule.candidate(left.id, right.id, left.from, right.to);
                if (candidate != MergeRule.NONE && (best < 0 || candidate >> 32 < bestCandidate >> 32)) {
                    best = i;
                    bestCandidate = candidate;
                }
            }
            if (best < 0) {
                return symbols.stream()
                        .map(s -> s.id + "@" + s.from + "-" + s.to)
                        .toList();
            }
            Symbol right = symbols.remove(best + 1);
            symbols.set(best, new Symbol((int) bestCandidate, symbols.get(best).from, right.to));
        }
    }
}
