package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;

/**
 * How the elements of a tensor are stored: in blocks of {@link #blockSize()} elements that occupy {@link #blockBytes()}
 * bytes each, one after another without padding.
 *
 * <p>Instances are stateless, safe for use by any number of threads, and there is one of each in {@link QuantTypes}, so
 * types may be compared with {@code ==}.
 */
public interface QuantType {

    /** The type's name as GGUF tools spell it, for example {@code Q4_0}. */
    String name();

    /** The type's number in a GGUF tensor table. */
    int ggufId();

    /** Elements in one block. */
    int blockSize();

    /** Bytes of one block. */
    int blockBytes();

    /**
     * Decodes whole blocks exactly: every value is bit for bit the float32 the type's formula yields when each step is
     * rounded to float32. Any bit pattern is decoded; a scale that is not finite yields values that are not finite.
     *
     * @param src this type's blocks, little endian; no alignment is needed
     * @param offsetBytes where in {@code src} the first block starts
     * @param dst receives the values, F32
     * @param dstOffset index of the first value in {@code dst}
     * @param count elements to decode, a multiple of {@link #blockSize()}
     * @throws IllegalArgumentException if {@code count} is negative or not a multiple of the block size
     * @throws IndexOutOfBoundsException if {@code src} or {@code dst} is too short
     */
    void decode(MemorySegment src, long offsetBytes, float[] dst, int dstOffset, int count);

    /**
     * Bytes that {@code elements} elements occupy.
     *
     * @throws IllegalArgumentException if {@code elements} is negative or not a multiple of the block size
     * @throws ArithmeticException if the result exceeds a {@code long}
     */
    default long bytes(long elements) {
        if (elements < 0 || elements % blockSize() != 0) {
            throw new IllegalArgumentException(
                    name() + ": " + elements + " elements are not a whole number of blocks of " + blockSize());
        }
        return Math.multiplyExact(elements / blockSize(), blockBytes());
    }
}
