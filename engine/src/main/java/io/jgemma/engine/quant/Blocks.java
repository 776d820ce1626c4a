package io.jgemma.engine.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** Reading and writing of little-endian fields inside blocks, shared by all types. */
final class Blocks {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Blocks() {}

    /**
     * Checks the arguments of a decode or encode call before any element is touched.
     *
     * @return the number of blocks in {@code count} elements
     */
    static int check(QuantType type, MemorySegment segment, long offsetBytes, float[] values, int offset, int count) {
        if (count < 0 || count % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    type.name() + ": " + count + " elements are not a whole number of blocks of " + type.blockSize());
        }
        Objects.checkFromIndexSize(offset, count, values.length);
        Objects.checkFromIndexSize(offsetBytes, type.bytes(count), segment.byteSize());
        return count / type.blockSize();
    }

    static int u8(MemorySegment segment, long offset) {
        return segment.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    static int i8(MemorySegment segment, long offset) {
        return segment.get(ValueLayout.JAVA_BYTE, offset);
    }

    static int u16(MemorySegment segment, long offset) {
        return segment.get(SHORT, offset) & 0xFFFF;
    }

    static int i32(MemorySegment segment, long offset) {
        return segment.get(INT, offset);
    }

    static float f16(MemorySegment segment, long offset) {
        return Float.float16ToFloat(segment.get(SHORT, offset));
    }

    static float f32(MemorySegment segment, long offset) {
        return segment.get(FLOAT, offset);
    }

    static void putU8(MemorySegment segment, long offset, int value) {
        segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    static void putU16(MemorySegment segment, long offset, int value) {
        segment.set(SHORT, offset, (short) value);
    }

    static void putF16(MemorySegment segment, long offset, float value) {
        segment.set(SHORT, offset, Float.floatToFloat16(value));
    }

    static void putF32(MemorySegment segment, long offset, float value) {
        segment.set(FLOAT, offset, value);
    }
}
