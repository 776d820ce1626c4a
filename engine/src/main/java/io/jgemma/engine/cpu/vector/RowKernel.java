package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;

/** What the vector kernels need of one weight type: its values, and their product with an F32 row. */
interface RowKernel {

    /** The type it serves. */
    QuantType type();

    /**
     * Decodes a row.
     *
     * @param n elements, whole blocks
     * @param dst F32, at {@code dstOffset} bytes
     */
    void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset);

    /** Room for rows of activations in the form that {@link #dot} wants; {@code x} itself where F32 is that form. */
    default Operand prepared(Operand x, Scratch scratch) {
        return x;
    }

    /** Brings a row of activations into that form, where F32 is not. */
    default void prepare(Operand x, Operand to, int row) {}

    /** {@code sum_i w[i] x[i]} over {@code n} elements; {@code x} as prepared, at {@code xOffset} bytes. */
    float dot(MemorySegment w, long offset, MemorySegment x, long xOffset, int n, Scratch scratch);
}
