package io.jgemma.engine.template;

/**
 * A Python range.
 *
 * @param start first element
 * @param stop border that is not reached
 * @param step distance, not 0
 */
record PyRange(long start, long stop, long step) {

    int length() {
        if (step > 0) {
            return start >= stop ? 0 : Math.toIntExact((stop - start - 1) / step + 1);
        }
        return start <= stop ? 0 : Math.toIntExact((start - stop - 1) / -step + 1);
    }

    long at(int index) {
        return start + index * step;
    }

    PyRange slice(int first, int sliceStep, int count) {
        long from = at(first);
        return new PyRange(from, from + sliceStep * step * count, sliceStep * step);
    }
}
