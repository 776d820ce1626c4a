package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Any type, through its own exact decoder: slow, and right from the day a type is added. */
final class OtherRows extends DecodedRows {

    private final QuantType type;

    OtherRows(QuantType type) {
        this.type = type;
    }

    @Override
    public QuantType type() {
        return type;
    }

    @Override
    public void decode(MemorySegment w, long offset, int n, MemorySegment dst, long dstOffset) {
        float[] values = new float[n];
        type.decode(w, offset, values, 0, n);
        MemorySegment.copy(values, 0, dst, ValueLayout.JAVA_FLOAT_UNALIGNED, dstOffset, n);
    }
}
