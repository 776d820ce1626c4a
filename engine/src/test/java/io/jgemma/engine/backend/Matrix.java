package io.jgemma.engine.backend;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Rows of floats on the Java heap: what tests put into a backend's memory and take out of it. */
public final class Matrix {

    /** What a matrix is filled with. */
    public enum Content {
        /** Normally distributed around 0 with deviation 1. */
        NORMAL,
        /** Nothing but zeros. */
        ZERO,
        /** Around 1e15: squares and short sums still fit into a float. */
        HUGE,
        /** Below the smallest normal float. */
        DENORMAL,
        /** Magnitudes from 1e-12 to 1e12 side by side. */
        MIXED;

        float next(RandomGenerator random) {
            double normal = random.nextGaussian();
            return switch (this) {
                case NORMAL -> (float) normal;
                case ZERO -> 0;
                case HUGE -> (float) (1e15 * normal);
                case DENORMAL -> (float) (1e-40 * normal);
                case MIXED -> (float) (normal * Math.pow(10, random.nextDouble(-12, 12)));
            };
        }
    }

    private final int rows;
    private final int columns;
    private final float[] data;

    private Matrix(int rows, int columns, float[] data) {
        this.rows = rows;
        this.columns = columns;
        this.data = data;
    }

    /** A matrix over the given elements, which are not copied. */
    public static Matrix of(int rows, int columns, float... data) {
        if (data.length != rows * columns) {
            throw new IllegalArgumentException(data.length + " elements are not " + rows + " x " + columns);
        }
        return new Matrix(rows, columns, data);
    }

    /** A matrix of one value. */
    public static Matrix filled(int rows, int columns, float value) {
        float[] data = new float[rows * columns];
        Arrays.fill(data, value);
        return of(rows, columns, data);
    }

    /** A random matrix. */
    public static Matrix random(RandomGenerator random, int rows, int columns, Content content) {
        float[] data = new float[rows * columns];
        for (int i = 0; i < data.length; i++) {
            data[i] = content.next(random);
        }
        return of(rows, columns, data);
    }

    /** A normally distributed matrix. */
    public static Matrix random(RandomGenerator random, int rows, int columns) {
        return random(random, rows, columns, Content.NORMAL);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public float get(int row, int column) {
        return data[row * columns + column];
    }

    public void set(int row, int column, float value) {
        data[row * columns + column] = value;
    }

    /** All elements, row after row; not a copy. */
    public float[] data() {
        return data;
    }

    /** A copy of rows {@code first} to {@code first + count}, exclusive. */
    public Matrix slice(int first, int count) {
        return of(count, columns, Arrays.copyOfRange(data, first * columns, (first + count) * columns));
    }
}
