package io.jgemma.cuda.kernels;

/**
 * Room on a device for rows of which each number is two F16 and each row has a scale.
 *
 * @param high address of F16 {@code [rows, n]}
 * @param low address of F16 {@code [rows, n]}, counted in 2048ths
 * @param scales address of F32 {@code [rows]}
 */
public record SplitRows(long high, long low, long scales) {

    /** Bytes that rows of so many values take. */
    public static long bytes(int rows, int columns) {
        return 2 * partBytes(rows, columns) + (long) Float.BYTES * rows;
    }

    /** Rows at an address, which is a multiple of 16 and has {@link #bytes} behind it. */
    public static SplitRows at(long address, int rows, int columns) {
        long part = partBytes(rows, columns);
        return new SplitRows(address, address + part, address + 2 * part);
    }

    private static long partBytes(int rows, int columns) {
        return (long) Short.BYTES * rows * columns;
    }
}
