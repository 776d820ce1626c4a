package io.jgemma.engine.gguf;

import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A tensor of a file, seen as {@link #rows()} rows of {@link #columns()} elements.
 *
 * @param name for example {@code blk.0.attn_q.weight}
 * @param type how the elements are stored; a row is a whole number of its blocks
 * @param shape dimensions, fastest first
 * @param data the stored blocks, read-only native memory of exactly the tensor's size; valid until the file is closed
 */
public record GgufTensor(String name, QuantType type, GgufShape shape, MemorySegment data) {

    public GgufTensor {
        long bytes = type.bytes(shape.elements());
        if (shape.dim0() % type.blockSize() != 0 || data.byteSize() != bytes) {
            throw new IllegalArgumentException("tensor " + name + ": " + type.name() + " " + shape + " takes " + bytes
                    + " bytes in whole blocks, got " + data.byteSize());
        }
    }

    /** Dimension {@code i}, fastest first; 1 for those beyond the rank. */
    public long dim(int i) {
        return shape.dim(i);
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.rank();
    }

    /** Number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** Elements in a row: the first dimension. */
    public long columns() {
        return shape.dim0();
    }

    /** Number of rows: the product of all dimensions but the first, 1 for a vector. */
    public long rows() {
        return shape.elements() / shape.dim0();
    }

    /** Bytes of a row. */
    public long rowBytes() {
        return type.bytes(columns());
    }

    /** Bytes of the tensor. */
    public long byteSize() {
        return data.byteSize();
    }

    /**
     * Decodes one row.
     *
     * @param row 0 to {@code rows() - 1}
     * @param dst receives the values, F32 [columns]
     * @param dstOffset index of the first value in {@code dst}
     * @throws IndexOutOfBoundsException if there is no such row or {@code dst} is too short
     * @throws IllegalStateException if the file is closed
     */
    public void decodeRow(long row, float[] dst, int dstOffset) {
        long offset = Objects.checkIndex(row, rows()) * rowBytes();
        type.decode(data, offset, dst, dstOffset, Math.toIntExact(columns()));
    }
}
