package io.jgemma.engine.sample;

/**
 * Binary heap in the first entries of a {@code long[]}, the least on top. It gives the m least of n in order in
 * O(n + m log n) whatever the input, in place, where a sort would pay for all n.
 */
final class MinHeap {
    private MinHeap() {}

    /** Makes a heap of the first {@code size} entries. */
    static void build(long[] heap, int size) {
        for (int i = (size >>> 1) - 1; i >= 0; i--) {
            sink(heap, i, size);
        }
    }

    /** Moves the least of a heap of {@code size} entries to its last place; the rest is a heap of one entry less. */
    static void pop(long[] heap, int size) {
        int last = size - 1;
        long least = heap[0];
        heap[0] = heap[last];
        sink(heap, 0, last);
        heap[last] = least;
    }

    /** Lets the entry at {@code at}, which may have grown, sink to its place. */
    static void sink(long[] heap, int at, int size) {
        long moved = heap[at];
        int hole = at;
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= moved) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = moved;
    }

    /** Lets the entry at {@code at}, which may have shrunk, rise to its place. */
    static void rise(long[] heap, int at) {
        long moved = heap[at];
        int hole = at;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (heap[parent] <= moved) {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = moved;
    }
}
