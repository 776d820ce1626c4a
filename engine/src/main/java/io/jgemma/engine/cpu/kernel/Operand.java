package io.jgemma.engine.cpu.kernel;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A matrix as kernels see it: rows of one type at a fixed distance in host memory. Mutable, so that jobs and scratch
 * memory keep theirs from call to call and the token loop allocates nothing.
 */
public final class Operand {

    private QuantType type = QuantTypes.F32;
    private @Nullable WeightLayout layout;
    private MemorySegment segment = MemorySegment.NULL;
    private long offsetBytes;
    private long rowBytes;
    private int rows;
    private int columns;

    /**
     * Points this operand at a tensor of the CPU backend.
     *
     * @throws IllegalArgumentException when the tensor lies in another backend's memory, is too large for one, or is part of
     *     weights in a layout of their own
     */
    public Operand set(Tensor tensor) {
        layout = HostBuffer.layout(tensor);
        type = tensor.type();
        segment = HostBuffer.in(tensor.buffer());
        offsetBytes = tensor.offsetBytes();
        rowBytes = tensor.rowBytes();
        rows = Math.toIntExact(tensor.rows());
        columns = Math.toIntExact(tensor.columns());
        return this;
    }

    /** Points this operand at F32 rows. */
    public Operand set(MemorySegment floats, long offset, long strideBytes, int rowCount, int columnCount) {
        return set(QuantTypes.F32, floats, offset, strideBytes, rowCount, columnCount);
    }

    /** Points this operand at rows of any type. */
    public Operand set(
            QuantType elementType, MemorySegment memory, long offset, long strideBytes, int rowCount, int columnCount) {
        type = elementType;
        layout = null;
        segment = memory;
        offsetBytes = offset;
        rowBytes = strideBytes;
        rows = rowCount;
        columns = columnCount;
        return this;
    }

    public QuantType type() {
        return type;
    }

    /** In which order rows lie; null where each lies for itself, as in the file. */
    public @Nullable WeightLayout layout() {
        return layout;
    }

    public MemorySegment segment() {
        return segment;
    }

    /** Bytes from one row to the next. */
    public long rowBytes() {
        return rowBytes;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Byte in {@link #segment} where a row begins, if it lies for itself. */
    public long row(int index) {
        return offsetBytes + index * rowBytes;
    }
}
