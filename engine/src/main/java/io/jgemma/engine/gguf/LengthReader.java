package io.jgemma.engine.gguf;

import java.lang.foreign.MemorySegment;

/**
 * Reads the lengths that stand before each string of an array, front to back.
 *
 * <p>It copies the file piece by piece and puts numbers together from bytes, because a fresh JVM interprets the walk over a
 * vocabulary, and an interpreted access to a segment takes many times as long as one to an array.
 */
final class LengthReader {
    private static final int WINDOW_BYTES = 32_768;

    private final MemorySegment data;
    private final byte[] window;
    private long windowStart;
    private long windowEnd;

    LengthReader(MemorySegment data) {
        this.data = data;
        this.window = new byte[Math.clamp(data.byteSize(), 8, WINDOW_BYTES)];
    }

    /** The 64-bit number at {@code position}, 8 bytes before the end of the data or earlier. */
    long at(long position) {
        if (position < windowStart || position > windowEnd - 8) {
            int length = (int) Math.min(window.length, data.byteSize() - position);
            MemorySegment.copy(data, GgufCursor.BYTE, position, window, 0, length);
            windowStart = position;
            windowEnd = position + length;
        }
        byte[] bytes = window;
        int i = (int) (position - windowStart);
        int low = (bytes[i] & 0xFF)
                | (bytes[i + 1] & 0xFF) << 8
                | (bytes[i + 2] & 0xFF) << 16
                | (bytes[i + 3] & 0xFF) << 24;
        int high = (bytes[i + 4] & 0xFF)
                | (bytes[i + 5] & 0xFF) << 8
                | (bytes[i + 6] & 0xFF) << 16
                | (bytes[i + 7] & 0xFF) << 24;
        return (long) high << 32 | (low & 0xFFFF_FFFFL);
    }
}
