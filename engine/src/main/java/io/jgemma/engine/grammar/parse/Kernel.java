package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.Regex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What of a set's words goes on after a byte: all that the following set depends on. Equal by content in any order. */
final class Kernel {
    private final List<Regex> regexes = new ArrayList<>();
    private final IntList targets = new IntList();
    private final List<ParseSet> origins = new ArrayList<>();
    private long[] key = {};

    void add(Regex regex, int target, ParseSet origin) {
        regexes.add(regex);
        targets.add(target);
        origins.add(origin);
    }

    int size() {
        return regexes.size();
    }

    Regex regex(int i) {
        return regexes.get(i);
    }

    int target(int i) {
        return targets.get(i);
    }

    ParseSet origin(int i) {
        return origins.get(i);
    }

    /** Makes the kernel comparable; nothing may be added after. */
    Kernel freeze() {
        int count = size();
        long[] pairs = new long[2 * count];
        // Origins and targets first: two numbers of 31 bits in a word, then the expression's.
        Integer[] order = new Integer[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        if (count > 1) {
            Arrays.sort(order, (a, b) -> {
                int byTarget = Integer.compare(targets.get(a), targets.get(b));
                int byOrigin =
                        Integer.compare(origins.get(a).id(), origins.get(b).id());
                int byRegex =
                        Integer.compare(regexes.get(a).id(), regexes.get(b).id());
                return byTarget != 0 ? byTarget : byOrigin != 0 ? byOrigin : byRegex;
            });
        }
        for (int i = 0; i < count; i++) {
            int from = order[i];
            pairs[2 * i] = (long) targets.get(from) << 32 | origins.get(from).id();
            pairs[2 * i + 1] = regexes.get(from).id();
        }
        key = pairs;
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Kernel kernel && Arrays.equals(key, kernel.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }
}
