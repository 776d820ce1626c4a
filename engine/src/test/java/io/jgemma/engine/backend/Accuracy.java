package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares results with a reference in double precision. The mean square error may be twice that of the same formula in
 * plain float32 arithmetic, plus a floor for cases where plain arithmetic happens to be exact: a unit in the last place
 * of the magnitude that goes into a result (for a sum, the sum of its terms' magnitudes), and whatever lies below the
 * smallest normal float.
 */
public final class Accuracy {

    private static final double UNIT = 0x1p-23;
    private static final double SMALLEST_NORMAL = Float.MIN_NORMAL;

    private final double units;
    private double error;
    private double plainError;
    private double floor;
    private double norm;

    /** An empty measurement with a floor of one unit in the last place. */
    public Accuracy() {
        this(1);
    }

    /** An empty measurement whose floor is {@code units} units in the last place. */
    public Accuracy(double units) {
        this.units = units;
    }

    /**
     * Takes one element in.
     *
     * @param actual the result
     * @param reference the formula in double precision
     * @param plain the formula in float32
     * @param magnitude sum of the magnitudes of what was added up; for a single product, its magnitude
     */
    public void add(float actual, double reference, float plain, double magnitude) {
        error += square(actual - reference);
        plainError += square(plain - reference);
        floor += square(units * UNIT * magnitude) + square(SMALLEST_NORMAL);
        norm += square(reference);
    }

    /**
     * Allows the last element to be off as if inputs below the smallest normal float counted as nothing.
     *
     * @param factors sum of the magnitudes of what such inputs were multiplied with
     */
    public void addTinyInputs(double factors) {
        floor += square(SMALLEST_NORMAL * factors);
    }

    /** Fails when the error of what was taken in is too large or not a number. */
    public void verify(String what) {
        assertThat(norm).as("%s: reference", what).isFinite();
        assertThat(error)
                .as("%s: square error for a square norm of %g (plain float32: %g)", what, norm, plainError)
                .isLessThanOrEqualTo(2 * (Double.isFinite(plainError) ? plainError : 0) + floor);
    }

    private static double square(double x) {
        return x * x;
    }
}
