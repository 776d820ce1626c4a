package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Staging;
import io.jgemma.cuda.kernels.Packing.Parts;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Weights on a device, repacked.
 *
 * @param address a multiple of 16
 * @param packing how they lie there
 * @param rows outputs
 * @param columns inputs
 */
public record PackedWeights(long address, Packing packing, int rows, int columns) {

    public PackedWeights {
        int block = packing.type().blockSize();
        if (rows < 1 || columns < block || columns % block != 0) {
            throw new IllegalArgumentException("%s weights of %d rows and %d columns: columns are a multiple of %d"
                    .formatted(packing, rows, columns, block));
        }
    }

    /** Bytes of device memory that weights take. */
    public static long bytes(Packing packing, int rows, int columns) {
        return paddedRows(rows) * Arrays.stream(packing.partBytes(columns)).sum();
    }

    /** Bytes of device memory. */
    public long bytes() {
        return bytes(packing, rows, columns);
    }

    /**
     * Repacks weights and copies them here, as many groups of rows at a time as the staging memory takes.
     *
     * @param gguf blocks as in the file, row by row
     * @throws IllegalArgumentException when a group does not fit a slot of the staging memory, or bytes are missing
     */
    public void send(MemorySegment gguf, Staging staging) {
        long rowBytes = packing.type().bytes(columns);
        if (gguf.byteSize() != rows * rowBytes) {
            throw new IllegalArgumentException("%s weights of %d rows and %d columns have %d bytes, not %d"
                    .formatted(packing, rows, columns, rows * rowBytes, gguf.byteSize()));
        }
        long[] parts = packing.partBytes(columns);
        long groupBytes = bytes(packing, 1, columns);
        int groups = (int) (paddedRows(rows) / Packing.GROUP_ROWS);
        int most = (int) Math.min(groups, Math.max(1, staging.slotBytes() / groupBytes));
        for (int group = 0; group < groups; group += most) {
            int first = group * Packing.GROUP_ROWS;
            int count = Math.min(most, groups - group) * Packing.GROUP_ROWS;
            MemorySegment slot = staging.take(count / Packing.GROUP_ROWS * groupBytes);
            slot.fill((byte) 0);
            Parts to = new Parts(slot, parts, count);
            for (int row = first; row < Math.min(rows, first + count); row++) {
                packing.pack(gguf, row * rowBytes, columns, to, row - first);
            }
            long part = address;
            for (int i = 0; i < parts.length; i++) {
                staging.send(part + first * parts[i], to.part(i));
                part += paddedRows(rows) * parts[i];
            }
            staging.sent();
        }
    }

    private static long paddedRows(int rows) {
        return Math.ceilDiv((long) rows, Packing.GROUP_ROWS) * Packing.GROUP_ROWS;
    }
}
