package io.jgemma.engine.tensor;

import io.jgemma.engine.quant.QuantType;

/**
 * A matrix in a backend's memory: {@code rows} rows of {@code columns} elements, rows one after the other without gaps.
 * A vector is a matrix of one row. A tensor is a view: it owns nothing.
 *
 * @param type how elements are stored; a row is a whole number of the type's blocks
 * @param rows number of rows
 * @param columns elements in a row
 * @param buffer the memory the elements lie in
 * @param offsetBytes where in {@code buffer} the first row begins
 */
public record Tensor(QuantType type, long rows, long columns, Buffer buffer, long offsetBytes) {

    public Tensor {
        if (rows < 0 || columns <= 0 || offsetBytes < 0) {
            throw new IllegalArgumentException(
                    "a tensor of " + rows + " x " + columns + " elements at byte " + offsetBytes + " cannot exist");
        }
        if (columns % type.blockSize() != 0) {
            throw new IllegalArgumentException("a row of " + columns + " elements is not a whole number of "
                    + type.name() + " blocks (" + type.blockSize() + " elements each)");
        }
        long bytes = Math.multiplyExact(rows, type.bytes(columns));
        if (bytes > buffer.byteSize() - offsetBytes) {
            throw new IllegalArgumentException("a " + type.name() + " tensor of " + rows + " x " + columns + " takes "
                    + bytes + " bytes, but the buffer holds only " + (buffer.byteSize() - offsetBytes)
                    + " from byte " + offsetBytes);
        }
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return type.bytes(columns);
    }

    /** Bytes of all rows. */
    public long byteSize() {
        return rows * rowBytes();
    }

    /** The same memory cut into rows of another length, e.g. {@code [rows, heads * headDim]} as {@code [rows * heads, headDim]}. */
    public Tensor reshape(long newRows, long newColumns) {
        if (newRows * newColumns != rows * columns) {
            throw new IllegalArgumentException(
                    rows + " x " + columns + " elements cannot be seen as " + newRows + " x " + newColumns);
        }
        return new Tensor(type, newRows, newColumns, buffer, offsetBytes);
    }

    /** Rows {@code first} (inclusive) to {@code first + count} (exclusive). */
    public Tensor slice(long first, long count) {
        if (first < 0 || count < 0 || count > rows - first) {
            throw new IllegalArgumentException(
                    "rows " + first + " to " + (first + count) + " do not lie within " + rows + " rows");
        }
        return new Tensor(type, count, columns, buffer, offsetBytes + first * rowBytes());
    }
}
