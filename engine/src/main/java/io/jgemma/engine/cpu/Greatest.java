package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The greatest of a row's numbers, found in one pass that keeps the greatest so far in their order. */
final class Greatest {
    private final float[] values = new float[Ops.MOST_GREATEST];
    private final int[] columns = new int[Ops.MOST_GREATEST];

    /**
     * As {@link Ops#greatest}, for one row.
     *
     * @param x F32, n numbers from byte {@code from} on
     * @param y F32, {@code 2 k} numbers from byte {@code to} on
     */
    void find(MemorySegment x, long from, int n, MemorySegment y, long to, int k) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            float value = x.get(ValueLayout.JAVA_FLOAT, from + (long) i * Float.BYTES);
            // Fails for NaN as well, which has a place of its own.
            if (count == k && value <= values[k - 1]) {
                continue;
            }
            int place = count;
            while (place > 0 && isGreater(value, values[place - 1])) {
                place--;
            }
            if (place < k) {
                int moved = Math.min(count, k - 1) - place;
                System.arraycopy(values, place, values, place + 1, moved);
                System.arraycopy(columns, place, columns, place + 1, moved);
                values[place] = value;
                columns[place] = i;
                count = Math.min(count + 1, k);
            }
        }
        for (int i = 0; i < k; i++) {
            y.set(ValueLayout.JAVA_FLOAT, to + (2L * i) * Float.BYTES, values[i]);
            y.set(ValueLayout.JAVA_FLOAT, to + (2L * i + 1) * Float.BYTES, columns[i]);
        }
    }

    private static boolean isGreater(float a, float b) {
        return a > b || (Float.isNaN(a) && !Float.isNaN(b));
    }
}
