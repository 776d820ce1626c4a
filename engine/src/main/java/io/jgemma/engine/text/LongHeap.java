package io.jgemma.engine.text;

import java.util.Arrays;

/** A binary min-heap of longs. */
final class LongHeap {
    private long[] entries = new long[64];
    private int size;

    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(long entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, Math.addExact(size, size >> 1));
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (entries[parent] <= entry) {
                break;
            }
            entries[at] = entries[parent];
            at = parent;
        }
        entries[at] = entry;
    }

    /** Takes the smallest entry; the heap must not be empty. */
    long poll() {
        long smallest = entries[0];
        long moved = entries[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (moved <= entries[child]) {
                break;
            }
            entries[at] = entries[child];
            at = child;
        }
        entries[at] = moved;
        return smallest;
    }
}
