package io.jgemma.engine.sample;

/**
 * e^x for softmax weights, some four times as fast as {@link StrictMath#exp}. It is made of basic operations and a
 * table, which Java specifies to the bit, so that every JDK gets the same values.
 *
 * <p>With x = (k + j / 64) ln 2 + r for integers k and j below 64, e^x = 2^k 2^(j/64) e^r: a power of two, an entry of
 * the table, and Taylor's series, which is short because |r| is at most ln(2) / 128 (Tang, "Table-driven implementation
 * of the exponential function in IEEE floating-point arithmetic", 1989).
 */
final class Exponential {
    private static final int TABLE_BITS = 6;
    private static final double[] TABLE = table();

    private static final double STEPS_PER_UNIT = 0x1.71547652b82fep6;

    /** ln(2) / 64 in two parts: a product of the first with an integer below 2^17 is exact. */
    private static final double STEP_HIGH = 0x1.62e42fefp-7;

    private static final double STEP_LOW = 0x1.473de6af278edp-40;

    /** Added and subtracted again, it rounds a double to an integer; in between, the low bits are that integer. */
    private static final double ROUND = 0x1.8p52;

    private static final int EXPONENT_BIAS = 1023;
    private static final int MANTISSA_BITS = 52;

    /** Below it e^x may be no normal double, whose bits are made in another way. */
    private static final double LEAST = -708;

    private Exponential() {}

    private static double[] table() {
        double[] table = new double[1 << TABLE_BITS];
        for (int j = 0; j < table.length; j++) {
            table[j] = StrictMath.pow(2, (double) j / table.length);
        }
        return table;
    }

    /**
     * e^x with a relative error below 2^-50.
     *
     * @param x at most 0, not NaN
     */
    static double of(double x) {
        if (x < LEAST) {
            return StrictMath.exp(x);
        }
        double shifted = x * STEPS_PER_UNIT + ROUND;
        double steps = shifted - ROUND;
        double r = x - steps * STEP_HIGH - steps * STEP_LOW;
        double series = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120)))));
        long step = Double.doubleToRawLongBits(shifted);
        long power = ((step >> TABLE_BITS) + EXPONENT_BIAS) << MANTISSA_BITS;
        return series * TABLE[(int) step & TABLE.length - 1] * Double.longBitsToDouble(power);
    }
}
