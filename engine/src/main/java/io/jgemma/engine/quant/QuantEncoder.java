package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/** A type that values can also be written in: K and V caches use it, and tests. */
public interface QuantEncoder extends QuantType {

    /**
     * Encodes whole blocks with the type's reference quantizer.
     *
     * @param src the values, F32; values that are not finite are stored as the type's arithmetic leaves them and never
     *     throw
     * @param srcOffset index of the first value in {@code src}
     * @param count elements to encode, a multiple of {@link #blockSize()}
     * @param dst receives the blocks
     * @param offsetBytes where in {@code dst} the first block goes
     * @throws IllegalArgumentException if {@code count} is negative or not a multiple of the block size
     * @throws IndexOutOfBoundsException if {@code src} or {@code dst} is too short
     */
    void encode(float[] src, int srcOffset, int count, MemorySegment dst, long offsetBytes);
}
