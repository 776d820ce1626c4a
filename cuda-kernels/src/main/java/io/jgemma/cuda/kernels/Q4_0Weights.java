package io.jgemma.cuda.kernels;

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

    /** Bytes of device memory that weights take. */
    public static long bytes(int rows, int columns) {
        return (long) groups(rows) * GROUP_ROWS * (columns / BLOCK) * (NIBBLE_BYTES + SCALE_BYTES);
    }

    /** Weights at an address, which is a multiple of 16 and has {@link #bytes(int, int)} bytes behind it. */
    public static Q4_0Weights at(long address, int rows, int columns) {
        if (rows < 1 || columns < BLOCK || columns % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "Q4_0 weights of %d rows and %d columns: columns are a multiple of 32".formatted(rows, columns));
        }
        int blocks = columns / BLOCK;
        long nibbleBytes = (long) groups(rows) * GROUP_ROWS * blocks * NIBBLE_BYTES;
        return new Q4_0Weights(address, address + nibbleBytes, rows, blocks);
    }

    /** Bytes of device memory. */
    public long bytes() {
        return (long) groups() * GROUP_ROWS * blocks * (NIBBLE_BYTES + SCALE_BYTES);
    }

    /**
     * Repacks weights and copies them here, as many groups at a time as the staging memory takes.
     *
     * @param gguf Q4_0 blocks of 18 bytes, row by row
     * @throws IllegalArgumentException when a group does not fit a slot of the staging memory, or bytes are missing
     */
    public void send(MemorySegment gguf, Staging staging) {
        long expected = (long) rows * blocks * GGUF_BYTES;
        if (gguf.byteSize() != expected) {
            throw new IllegalArgumentException("Q4_0 weights of %d rows and %d columns have %d bytes, not %d"
                    .formatted(rows, blocks * BLOCK, expected, gguf.byteSize()));
        }
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
