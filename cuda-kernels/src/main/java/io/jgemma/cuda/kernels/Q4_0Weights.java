package io.jgemma.cuda.kernels;

import io.jgemma.cuda.CudaDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A matrix of Q4_0 weights on a device, as the kernels read it: nibbles and scales apart, eight rows a group.
 *
 * @param nibbles address of {@code [groups, 8, blocks]} times 16 bytes
 * @param scales address of F16 {@code [groups, blocks, 8]}
 * @param rows outputs
 * @param blocks inputs divided by 32
 */
public record Q4_0Weights(long nibbles, long scales, int rows, int blocks) {
    /** Values of a block. */
    public static final int BLOCK = 32;

    private static final int GGUF_BYTES = 18;
    private static final int NIBBLE_BYTES = 16;
    private static final int SCALE_BYTES = 2;
    private static final int GROUP_ROWS = 8;

    /** Groups of eight rows; the last may be filled up with zeros. */
    public int groups() {
        return groups(rows);
    }

    /** Bytes of device memory. */
    public long bytes() {
        return (long) groups() * GROUP_ROWS * blocks * (NIBBLE_BYTES + SCALE_BYTES);
    }

    /**
     * Repacks and copies weights.
     *
     * @param gguf Q4_0 blocks of 18 bytes, row by row
     * @param columns inputs, a multiple of 32
     */
    public static Q4_0Weights upload(CudaDriver driver, MemorySegment gguf, int rows, int columns, long stream) {
        if (rows < 1 || columns < BLOCK || columns % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "Q4_0 weights of %d rows and %d columns: columns are a multiple of 32".formatted(rows, columns));
        }
        int blocks = columns / BLOCK;
        long expected = (long) rows * blocks * GGUF_BYTES;
        if (gguf.byteSize() != expected) {
            throw new IllegalArgumentException("Q4_0 weights of %d rows and %d columns have %d bytes, not %d"
                    .formatted(rows, columns, expected, gguf.byteSize()));
        }
        long groupBlocks = (long) groups(rows) * GROUP_ROWS * blocks;
        long nibbles = driver.allocate(groupBlocks * NIBBLE_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            long scales = driver.allocate(groupBlocks * SCALE_BYTES);
            try {
                MemorySegment packed = arena.allocate(groupBlocks * NIBBLE_BYTES, NIBBLE_BYTES);
                MemorySegment halves = arena.allocate(groupBlocks * SCALE_BYTES, NIBBLE_BYTES);
                repack(gguf, rows, blocks, packed, halves);
                driver.copyToDevice(nibbles, packed, stream);
                driver.copyToDevice(scales, halves, stream);
                return new Q4_0Weights(nibbles, scales, rows, blocks);
            } catch (RuntimeException e) {
                driver.free(scales);
                throw e;
            }
        } catch (RuntimeException e) {
            driver.free(nibbles);
            throw e;
        }
    }

    /** Gives the memory back. */
    public void free(CudaDriver driver) {
        driver.free(nibbles);
        driver.free(scales);
    }

    /** A row's nibbles keep their order; its scales go between those of the group's other rows. */
    private static void repack(MemorySegment gguf, int rows, int blocks, MemorySegment nibbles, MemorySegment scales) {
        for (int row = 0; row < rows; row++) {
            int group = row / GROUP_ROWS;
            for (int b = 0; b < blocks; b++) {
                long block = (long) row * blocks + b;
                long scale = ((long) group * blocks + b) * GROUP_ROWS + row % GROUP_ROWS;
                MemorySegment.copy(gguf, block * GGUF_BYTES, scales, scale * SCALE_BYTES, SCALE_BYTES);
                MemorySegment.copy(gguf, block * GGUF_BYTES + SCALE_BYTES, nibbles, block * NIBBLE_BYTES, NIBBLE_BYTES);
            }
        }
    }

    private static int groups(int rows) {
        return (rows + GROUP_ROWS - 1) / GROUP_ROWS;
    }
}
