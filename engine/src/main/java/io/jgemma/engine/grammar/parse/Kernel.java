package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.Regex;
import java.util.Arrays;

/**
 * What of a set's words goes on after a byte: all that the following set depends on. One object serves for one set after another, because
 * far more sets are looked up than made. Not for use by several threads.
 */
final class Kernel {

    /**
     * The content in an order of its own, so that kernels of equal content have equal keys.
     *
     * @param words two for each word that goes on: target and origin, then the expression
     */
    record Key(long[] words) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(words, key.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }
    }

    private Regex[] regexes = new Regex[16];
    private int[] targets = new int[16];
    private ParseSet[] origins = new ParseSet[16];
    private long[] sorted = new long[32];
    private int size;

    void add(Regex regex, int target, ParseSet origin) {
        if (size == targets.length) {
            regexes = Arrays.copyOf(regexes, 2 * size);
            targets = Arrays.copyOf(targets, 2 * size);
            origins = Arrays.copyOf(origins, 2 * size);
            sorted = new long[4 * size];
        }
        regexes[size] = regex;
        targets[size] = target;
        origins[size] = origin;
        size++;
    }

    /** Forgets the content, of which nothing is held any more. */
    void clear() {
        Arrays.fill(regexes, 0, size, null);
        Arrays.fill(origins, 0, size, null);
        size = 0;
    }

    int size() {
        return size;
    }

    Regex regex(int i) {
        return regexes[i];
    }

    int target(int i) {
        return targets[i];
    }

    ParseSet origin(int i) {
        return origins[i];
    }

    Key key() {
        for (int i = 0; i < size; i++) {
            sorted[2 * i] = (long) targets[i] << 32 | origins[i].id();
            sorted[2 * i + 1] = regexes[i].id();
        }
        sort();
        return new Key(Arrays.copyOf(sorted, distinct()));
    }

    /** Shell's sort of the pairs: most kernels have a few words, some have thousands. */
    private void sort() {
        for (int gap = gap(size); gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
            for (int i = gap; i < size; i++) {
                long first = sorted[2 * i];
                long second = sorted[2 * i + 1];
                int at = i;
                while (at >= gap && isAfter(at - gap, first, second)) {
                    sorted[2 * at] = sorted[2 * (at - gap)];
                    sorted[2 * at + 1] = sorted[2 * (at - gap) + 1];
                    at -= gap;
                }
                sorted[2 * at] = first;
                sorted[2 * at + 1] = second;
            }
        }
    }

    private static int gap(int size) {
        return size < 3 ? size / 2 : size * 5 / 11;
    }

    private boolean isAfter(int pair, long first, long second) {
        return sorted[2 * pair] > first || (sorted[2 * pair] == first && sorted[2 * pair + 1] > second);
    }

    /** Leaves out what is there twice; returns how many words are left. */
    private int distinct() {
        int kept = 0;
        for (int i = 0; i < 2 * size; i += 2) {
            if (kept == 0 || sorted[i] != sorted[kept - 2] || sorted[i + 1] != sorted[kept - 1]) {
                sorted[kept] = sorted[i];
                sorted[kept + 1] = sorted[i + 1];
                kept += 2;
            }
        }
        return kept;
    }
}
