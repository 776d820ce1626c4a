package io.jgemma.engine.template;

import java.util.Arrays;

/**
 * Which characters of a string the template wrote itself: ascending stretches, none of which touches the next. Everything
 * else came from the context. Immutable.
 */
final class Origins {
    static final Origins NONE = new Origins(new int[0]);

    /** Begin and end of each stretch in UTF-16 units. */
    private final int[] bounds;

    private Origins(int[] bounds) {
        this.bounds = bounds;
    }

    /** The stretches of the first {@code count} bounds. */
    static Origins of(int[] bounds, int count) {
        return count == 0 ? NONE : new Origins(Arrays.copyOf(bounds, count));
    }

    /** All of a string. */
    static Origins all(int length) {
        return length == 0 ? NONE : new Origins(new int[] {0, length});
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** Begin and end of each stretch. */
    int[] bounds() {
        return bounds.clone();
    }

    int count() {
        return bounds.length;
    }

    int bound(int index) {
        return bounds[index];
    }

    /** Index of the first stretch that ends behind {@code at}. */
    int firstBehind(int at) {
        int found = Arrays.binarySearch(bounds, at + 1);
        int index = found >= 0 ? found : -found - 1;
        return index & ~1;
    }

    /** The stretches of the characters {@code [from, to)}, counted from {@code from}. */
    Origins slice(int from, int to) {
        if (isEmpty() || from >= to) {
            return NONE;
        }
        int first = firstBehind(from);
        int[] sliced = new int[bounds.length - first];
        int count = 0;
        for (int i = first; i < bounds.length && bounds[i] < to; i += 2) {
            sliced[count++] = Math.max(bounds[i], from) - from;
            sliced[count++] = Math.min(bounds[i + 1], to) - from;
        }
        return of(sliced, count);
    }
}
