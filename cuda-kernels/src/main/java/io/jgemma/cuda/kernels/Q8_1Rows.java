package io.jgemma.cuda.kernels;

import io.jgemma.cuda.CudaDriver;

/**
 * Room on a device for activations quantized to 8 bits.
 *
 * @param quants address of int8 {@code [tokens, 2, blocks, 16]}: the halves of the blocks of 32 lie apart
 * @param heads address of {@code [tokens, blocks]} pairs of an F32 scale and the int32 sum of the block's quants
 * @param tokens rows
 * @param blocks values of a row divided by 32
 */
public record Q8_1Rows(long quants, long heads, int tokens, int blocks) {
    private static final int QUANT_BYTES = 32;
    private static final int HEAD_BYTES = 8;

    public static Q8_1Rows allocate(CudaDriver driver, int tokens, int blocks) {
        long quants = driver.allocate((long) tokens * blocks * QUANT_BYTES);
        try {
            return new Q8_1Rows(quants, driver.allocate((long) tokens * blocks * HEAD_BYTES), tokens, blocks);
        } catch (RuntimeException e) {
            driver.free(quants);
            throw e;
        }
    }

    /** Bytes of device memory. */
    public long bytes() {
        return (long) tokens * blocks * (QUANT_BYTES + HEAD_BYTES);
    }

    /** Gives the memory back. */
    public void free(CudaDriver driver) {
        driver.free(quants);
        driver.free(heads);
    }
}
