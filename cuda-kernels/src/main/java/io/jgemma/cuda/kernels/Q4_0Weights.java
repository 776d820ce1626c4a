package io.jgemma.cuda.kernels;

import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.Staging;
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
     * Repacks and copies weights, on the staging memory's stream.
     *
     * @param gguf Q4_0 blocks of 18 bytes, row by row
     * @param columns inputs, a multiple of 32
     */
    public static Q4_0Weights upload(Staging staging, MemorySegment gguf, int rows, int columns) {
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
        CudaDriver driver = staging.driver();
        long groupBlocks = (long) groups(rows) * GROUP_ROWS * blocks;
        long nibbles = driver.allocate(groupBlocks * NIBBLE_BYTES);
        try {
            long scales = driver.allocate(groupBlocks * SCALE_BYTES);
            try {
                Q4_0Weights weights = new Q4_0Weights(nibbles, scales, rows, blocks);
                weights.send(gguf, staging);
                return weights;
            } catch (RuntimeException e) {
                driver.free(scales);
                throw e;
            }
        } catch (RuntimeException e) {
            driver.free(nibbles);
            throw e;
        }
    }

    /** Repacks as many groups at a time as the staging memory takes. */
    private void send(MemorySegment gguf, Staging staging) {
        long groupBytes = (long) GROUP_ROWS * blocks * GGUF_BYTES;
        int most = (int) Math.min(groups(), Math.max(1, staging.slotBytes() / groupBytes));
        for (int first = 0; first < groups(); first += most) {
            int count = Math.min(most, groups() - first);
            long nibbleBytes = (long) count * GROUP_ROWS * blocks * NIBBLE_BYTES;
            long scaleBytes = (long) count * GROUP_ROWS * blocks * SCALE_BYTES;
            MemorySegment slot = staging.take(nibbleBytes + scaleBytes);
            MemorySegment packed = slot.asSlice(0, nibbleBytes);
            MemorySegment halves = slot.asSlice(nibbleBytes, scaleBytes);
            slot.fill((byte) 0);
            repack(gguf, first, Math.min(rows, (first + count) * GROUP_ROWS), packed, halves);
            staging.send(nibbles + (long) first * GROUP_ROWS * blocks * NIBBLE_BYTES, packed);
            staging.send(scales + (long) first * GROUP_ROWS * blocks * SCALE_BYTES, halves);
            staging.sent();
        }
    }

    /** Gives the memory back. */
    public void free(CudaDriver driver) {
        driver.free(nibbles);
        driver.free(scales);
    }

    /** A row's nibbles keep their order; its scales go between those of the group's other rows. */
    private void repack(MemorySegment gguf, int firstGroup, int endRow, MemorySegment packed, MemorySegment halves) {
        int firstRow = firstGroup * GROUP_ROWS;
        for (int row = firstRow; row < endRow; row++) {
            int group = row / GROUP_ROWS - firstGroup;
            for (int b = 0; b < blocks; b++) {
                long from = ((long) row * blocks + b) * GGUF_BYTES;
                long scale = ((long) group * blocks + b) * GROUP_ROWS + row % GROUP_ROWS;
                long to = ((long) (row - firstRow) * blocks + b) * NIBBLE_BYTES;
                MemorySegment.copy(gguf, from, halves, scale * SCALE_BYTES, SCALE_BYTES);
                MemorySegment.copy(gguf, from + SCALE_BYTES, packed, to, NIBBLE_BYTES);
            }
        }
    }

    private static int groups(int rows) {
        return (rows + GROUP_ROWS - 1) / GROUP_ROWS;
    }
}
