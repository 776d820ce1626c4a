package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * Products of F32 rows with F32 rows. The inner kernel keeps 3 x 4 sums in registers: 7 loads for 12 multiply-adds, which
 * fills the 16 registers of AVX2 and keeps its two multipliers busy.
 */
final class FloatProducts {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int A_ROWS = 3;
    private static final int B_ROWS = 4;

    private FloatProducts() {}

    /** {@code c[i][j] (+)= a[i] . b[j]}. */
    static void run(Operand c, Operand a, Operand b, boolean add) {
        int n = a.columns();
        int vectors = n - n % Lanes.COUNT;
        int wholeA = a.rows() - a.rows() % A_ROWS;
        int wholeB = b.rows() - b.rows() % B_ROWS;
        for (int i = 0; i < wholeA; i += A_ROWS) {
            for (int j = 0; j < wholeB; j += B_ROWS) {
                tile(c, a, b, i, j, vectors, add);
            }
            single(c, a, b, i, i + A_ROWS, wholeB, add);
        }
        single(c, a, b, wholeA, a.rows(), 0, add);
        if (vectors < n) {
            tail(c, a, b, vectors);
        }
    }

    /** Rows {@code fromA..toA} with rows {@code fromB} and following, one pair at a time. */
    private static void single(Operand c, Operand a, Operand b, int fromA, int toA, int fromB, boolean add) {
        int n = a.columns() - a.columns() % Lanes.COUNT;
        for (int i = fromA; i < toA; i++) {
            for (int j = fromB; j < b.rows(); j++) {
                put(c, i, j, FloatRows.product(a.segment(), a.row(i), b.segment(), b.row(j), n), add);
            }
        }
    }

    private static void tail(Operand c, Operand a, Operand b, int from) {
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.rows(); j++) {
                float sum = 0;
                for (int k = from; k < a.columns(); k++) {
                    sum += a.segment().get(FLOAT, a.row(i) + 4L * k)
                            * b.segment().get(FLOAT, b.row(j) + 4L * k);
                }
                put(c, i, j, sum, true);
            }
        }
    }

    private static void tile(Operand c, Operand a, Operand b, int i, int j, int n, boolean add) {
        MemorySegment sa = a.segment();
        MemorySegment sb = b.segment();
        long a0 = a.row(i);
        long a1 = a.row(i + 1);
        long a2 = a.row(i + 2);
        long b0 = b.row(j);
        long b1 = b.row(j + 1);
        long b2 = b.row(j + 2);
        long b3 = b.row(j + 3);
        FloatVector c00 = Lanes.zero();
        FloatVector c01 = c00;
        FloatVector c02 = c00;
        FloatVector c03 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c12 = c00;
        FloatVector c13 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c22 = c00;
        FloatVector c23 = c00;
        for (int k = 0; k < n; k += Lanes.COUNT) {
            long at = 4L * k;
            FloatVector x0 = Lanes.floats(sa, a0 + at);
            FloatVector x1 = Lanes.floats(sa, a1 + at);
            FloatVector x2 = Lanes.floats(sa, a2 + at);
            FloatVector w = Lanes.floats(sb, b0 + at);
            c00 = x0.fma(w, c00);
            c10 = x1.fma(w, c10);
            c20 = x2.fma(w, c20);
            w = Lanes.floats(sb, b1 + at);
            c01 = x0.fma(w, c01);
            c11 = x1.fma(w, c11);
            c21 = x2.fma(w, c21);
            w = Lanes.floats(sb, b2 + at);
            c02 = x0.fma(w, c02);
            c12 = x1.fma(w, c12);
            c22 = x2.fma(w, c22);
            w = Lanes.floats(sb, b3 + at);
            c03 = x0.fma(w, c03);
            c13 = x1.fma(w, c13);
            c23 = x2.fma(w, c23);
        }
        // Reduced here: a vector handed to a method that is not inlined would be boxed, and the loop would slow to a
        // third.
        put(c, i, j, Lanes.sum(c00), add);
        put(c, i, j + 1, Lanes.sum(c01), add);
        put(c, i, j + 2, Lanes.sum(c02), add);
        put(c, i, j + 3, Lanes.sum(c03), add);
        put(c, i + 1, j, Lanes.sum(c10), add);
        put(c, i + 1, j + 1, Lanes.sum(c11), add);
        put(c, i + 1, j + 2, Lanes.sum(c12), add);
        put(c, i + 1, j + 3, Lanes.sum(c13), add);
        put(c, i + 2, j, Lanes.sum(c20), add);
        put(c, i + 2, j + 1, Lanes.sum(c21), add);
        put(c, i + 2, j + 2, Lanes.sum(c22), add);
        put(c, i + 2, j + 3, Lanes.sum(c23), add);
    }

    private static void put(Operand c, int i, int j, float value, boolean add) {
        long at = c.row(i) + 4L * j;
        c.segment().set(FLOAT, at, add ? c.segment().get(FLOAT, at) + value : value);
    }
}
