package io.jgemma.cuda.kernels;

/**
 * Room on a device for activations quantized to 16 bits, laid out as {@code q16.cuh} says.
 *
 * @param quants address of 64 bytes for each block of 32 values
 * @param heads address of a pair of F32 scale and int32 sum for each block
 * @param tokens rows
 * @param blocks values of a row divided by 32
 * @param tiles whether they lie as tensor cores take them, eight tokens at a time
 */
public record Q16Rows(long quants, long heads, int tokens, int blocks, boolean tiles) {
    /** Values of a block. */
    public static final int BLOCK = 32;

    /** The most rows that are multiplied without tensor cores. */
    public static final int MOST_FEW = 8;

    private static final int TILE_ROWS = 8;
    private static final int QUANT_BYTES = 64;
    private static final int HEAD_BYTES = 8;

    /** Bytes that rows of so many values take. */
    public static long bytes(int tokens, int columns) {
        return paddedRows(tokens) * (columns / BLOCK) * (QUANT_BYTES + HEAD_BYTES);
    }

    /** Rows at an address, which is a multiple of 16 and has {@link #bytes(int, int)} bytes behind it. */
    public static Q16Rows at(long address, int tokens, int columns) {
        int blocks = columns / BLOCK;
        long quantBytes = paddedRows(tokens) * blocks * QUANT_BYTES;
        return new Q16Rows(address, address + quantBytes, tokens, blocks, tokens > MOST_FEW);
    }

    /** Bytes that are read or written. */
    public long bytes() {
        return (long) tokens * blocks * (QUANT_BYTES + HEAD_BYTES);
    }

    private static long paddedRows(int tokens) {
        return tokens > MOST_FEW ? Math.ceilDiv((long) tokens, TILE_ROWS) * TILE_ROWS : tokens;
    }
}
