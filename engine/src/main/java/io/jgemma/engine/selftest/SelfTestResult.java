package io.jgemma.engine.selftest;

/**
 * What came of one operation.
 *
 * @param operation what was computed, e.g. {@code "matmul Q4_0, 1 row"}
 * @param error mean square of the difference to the CPU's scalar kernels, divided by the mean square of their result
 * @param bound the most that {@code error} may be
 * @param bytesPerSecond bytes that must be read and written, divided by the time it took; 0 where it was not timed
 * @param failure what the device said; empty where it computed something
 */
public record SelfTestResult(String operation, double error, double bound, double bytesPerSecond, String failure) {

    /** Whether the device computed what the CPU does. */
    public boolean passed() {
        return failure.isEmpty() && error <= bound;
    }
}
