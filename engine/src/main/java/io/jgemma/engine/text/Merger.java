package io.jgemma.engine.text;

import java.util.Arrays;

/**
 * Greedy merging, the core of both BPE and SentencePiece: as long as any two neighbours may merge, merge the pair with
 * the lowest priority number, of equals the leftmost. Short runs scan for the minimum; long ones keep a heap, so that n
 * symbols cost O(n log n) however they are arranged. Holds the work arrays of one encoding; not thread-safe.
 */
final class Merger {
    /** Up to here a scan over one cache line or two beats a heap. */
    private static final int SCAN_LIMIT = 48;

    private final MergeRule rule;
    private final int scanLimit;
    private int count;
    private int[] ids = new int[SCAN_LIMIT];
    /** [count + 1]: where each symbol begins, then where the last ends. */
    private int[] starts = new int[SCAN_LIMIT + 1];
    /** Candidate of each symbol with its right neighbour. */
    private long[] candidates = new long[SCAN_LIMIT];

    private int[] previous = {};
    private int[] next = {};
    private LongHeap heap = new LongHeap();

    Merger(MergeRule rule) {
        this(rule, SCAN_LIMIT);
    }

    /**
     * @param scanLimit symbols up to which the minimum is found by scanning
     */
    Merger(MergeRule rule, int scanLimit) {
        this.rule = rule;
        this.scanLimit = scanLimit;
    }

    /** Forgets the last run; its symbols are added next. */
    void begin() {
        count = 0;
    }

    /**
     * @param id token of the symbol, -1 if it is none
     * @param from its first byte; where bounds matter to the rule, symbols follow one another without gaps
     * @param to the byte after it
     */
    void add(int id, int from, int to) {
        if (count == ids.length) {
            int capacity = Math.addExact(count, count >> 1);
            ids = Arrays.copyOf(ids, capacity);
            starts = Arrays.copyOf(starts, capacity + 1);
            candidates = Arrays.copyOf(candidates, capacity);
        }
        ids[count] = id;
        starts[count] = from;
        starts[++count] = to;
    }

    /** Merges what was added. Afterwards {@link #count}, {@link #id} and the bounds describe the result. */
    void run() {
        for (int i = 0; i + 1 < count; i++) {
            candidates[i] = rule.candidate(ids[i], ids[i + 1], starts[i], starts[i + 2]);
        }
        if (count <= scanLimit) {
            scan();
        } else {
            merge();
        }
    }

    int count() {
        return count;
    }

    int id(int symbol) {
        return ids[symbol];
    }

    int from(int symbol) {
        return starts[symbol];
    }

    int to(int symbol) {
        return starts[symbol + 1];
    }

    private void scan() {
        while (count > 1) {
            int best = 0;
            for (int i = 1; i < count - 1; i++) {
                if (candidates[i] >> 32 < candidates[best] >> 32) {
                    best = i;
                }
            }
            if (candidates[best] == MergeRule.NONE) {
                return;
            }
            ids[best] = (int) candidates[best];
            int moved = count - best - 2;
            System.arraycopy(ids, best + 2, ids, best + 1, moved);
            System.arraycopy(starts, best + 2, starts, best + 1, moved + 1);
            System.arraycopy(candidates, best + 2, candidates, best + 1, moved);
            count--;
            if (best + 1 < count) {
                candidates[best] = rule.candidate(ids[best], ids[best + 1], starts[best], starts[best + 2]);
            }
            if (best > 0) {
                candidates[best - 1] = rule.candidate(ids[best - 1], ids[best], starts[best - 1], starts[best + 1]);
            }
        }
    }

    /**
     * Symbols are a linked list; a heap entry is {@code priority << 32 | left symbol}. An entry is stale when the
     * candidate that its left symbol has now has another priority; an equal priority stands for the pair of now.
     */
    private void merge() {
        link();
        heap.clear();
        for (int i = 0; i + 1 < count; i++) {
            offer(i);
        }
        while (!heap.isEmpty()) {
            long entry = heap.poll();
            int left = (int) entry;
            if (candidates[left] == MergeRule.NONE || candidates[left] >> 32 != entry >> 32) {
                continue;
            }
            ids[left] = (int) candidates[left];
            int right = next[left];
            int after = next[right];
            candidates[right] = MergeRule.NONE;
            next[left] = after;
            candidates[left] = MergeRule.NONE;
            if (after < count) {
                previous[after] = left;
                candidates[left] = rule.candidate(ids[left], ids[after], starts[left], starts[next[after]]);
                offer(left);
            }
            if (left > 0) {
                int before = previous[left];
                candidates[before] = rule.candidate(ids[before], ids[left], starts[before], starts[after]);
                offer(before);
            }
        }
        compact();
    }

    private void link() {
        if (next.length < count) {
            next = new int[count];
            previous = new int[count];
        }
        for (int i = 0; i < count; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        candidates[count - 1] = MergeRule.NONE;
    }

    private void offer(int left) {
        if (candidates[left] != MergeRule.NONE) {
            heap.add((candidates[left] & 0xFFFFFFFF_00000000L) | left);
        }
    }

    private void compact() {
        int end = starts[count];
        int kept = 0;
        for (int i = 0; i < count; i = next[i]) {
            ids[kept] = ids[i];
            starts[kept++] = starts[i];
        }
        count = kept;
        starts[kept] = end;
    }
}
