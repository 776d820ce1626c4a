package io.jgemma.cuda.kernels;

/**
 * Room on a device for activations quantized to 16 bits.
 *
 * @param quants address of bytes {@code [tokens, 4, blocks, 16]}: high and low bytes and the halves of the blocks of 32 lie
 *     apart
 * @param heads address of {@code [tokens, blocks]} pairs of an F32 scale and the int32 sum of the block's quants
 * @param tokens rows
 * @param blocks values of a row divided by 32
 */
public record Q16Rows(long quants, long heads, int tokens, int blocks) {
    private static final int QUANT_BYTES = 64;
    private static final int HEAD_BYTES = 8;

    /** Bytes that rows of so many values take. */
    public static long bytes(int tokens, int columns) {
        return (long) tokens * (columns / Q4_0Weights.BLOCK) * (QUANT_BYTES + HEAD_BYTES);
    }

    /** Rows at an address, which is a multiple of 16 and has {@link #bytes(int, int)} bytes behind it. */
    public static Q16Rows at(long address, int tokens, int columns) {
        int blocks = columns / Q4_0Weights.BLOCK;
        return new Q16Rows(address, address + (long) tokens * blocks * QUANT_BYTES, tokens, blocks);
    }

    /** Bytes of device memory. */
    public long bytes() {
        return (long) tokens * blocks * (QUANT_BYTES + HEAD_BYTES);
    }
}
