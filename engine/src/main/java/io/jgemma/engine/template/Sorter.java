package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Stable merge sort by Python's {@code <}, which may fail or, with NaN, contradict itself. */
final class Sorter {
    private final Meter meter;
    private final List<Object> values;
    private final List<Object> keys;
    private final boolean reverse;

    Sorter(Meter meter, List<Object> values, List<Object> keys, boolean reverse) {
        this.meter = meter;
        this.values = values;
        this.keys = keys;
        this.reverse = reverse;
    }

    List<Object> sort() {
        meter.items(values.size());
        int[] order = new int[values.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        sort(order, new int[order.length], 0, order.length);
        List<Object> sorted = new ArrayList<>(order.length);
        for (int index : order) {
            sorted.add(values.get(index));
        }
        return sorted;
    }

    private void sort(int[] order, int[] spare, int from, int to) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        sort(order, spare, from, middle);
        sort(order, spare, middle, to);
        System.arraycopy(order, from, spare, from, to - from);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            if (right >= to || (left < middle && !before(spare[right], spare[left]))) {
                order[i] = spare[left++];
            } else {
                order[i] = spare[right++];
            }
        }
    }

    private boolean before(int a, int b) {
        return reverse
                ? Values.ordered(meter, "<", keys.get(b), keys.get(a))
                : Values.ordered(meter, "<", keys.get(a), keys.get(b));
    }
}
