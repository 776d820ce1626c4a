package io.jgemma.engine.cpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Another order of weights than the file's, which some kernels read faster: rows lie in groups, what is multiplied together
 * side by side. Numbers stay as they are, bit for bit.
 */
public interface WeightLayout {

    /** Rows of a group; kernels are given whole groups, but for the last. */
    int groupRows();

    /** Bytes that weights take. */
    long bytes(int rows, int columns);

    /**
     * Puts rows {@code from..end} in their places, {@code from} being the first of a group and {@code end} the first of another
     * or the end of all.
     *
     * @param w as in the file
     * @param to room for all rows, zeroed, at a cache line
     */
    void pack(Operand w, MemorySegment to, int from, int end, Scratch scratch);

    /**
     * Gives a row back as it was in the file.
     *
     * @param packed what {@link #pack} filled
     * @param to room for the row at its beginning
     */
    void unpack(MemorySegment packed, int columns, int row, MemorySegment to);
}
