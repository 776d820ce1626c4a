package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import java.lang.foreign.ValueLayout;

/** The greatest of a row's numbers, found in one pass that keeps the greatest so far in their order. */
final class Greatest {
    private final float[] values = new float[Ops.MOST_GREATEST];
    private final int[] columns = new int[Ops.MOST_GREATEST];

    /**
     * As {@link Ops#greatest}, for one row.
     *
     * @param x F32
     * @param y F32, two columns for each number to find
     * @param kernels look for numbers above the least of those that were kept
     */
    void find(Operand x, Operand y, int row, CpuKernels kernels, Scratch scratch) {
        int k = y.columns() / 2;
        int count = 0;
        int i = 0;
        while (i < x.columns()) {
            float value = x.segment().get(ValueLayout.JAVA_FLOAT, x.row(row) + (long) i * Float.BYTES);
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
            i++;
            if (count == k) {
                i = kernels.firstAbove(x, row, i, values[k - 1], scratch);
            }
        }
        for (int place = 0; place < k; place++) {
            long to = y.row(row) + 2L * place * Float.BYTES;
            y.segment().set(ValueLayout.JAVA_FLOAT, to, values[place]);
            y.segment().set(ValueLayout.JAVA_FLOAT, to + Float.BYTES, columns[place]);
        }
    }

    private static boolean isGreater(float a, float b) {
        return a > b || (Float.isNaN(a) && !Float.isNaN(b));
    }
}
