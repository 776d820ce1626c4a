package io.jgemma.engine.cpu.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jgemma.engine.cpu.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Where assembled code finds its operands: addresses, which it does not check, and its argument block. */
final class Places {

    /** Words of the longest argument block. */
    private static final int WORDS = 24;

    private Places() {}

    /** A worker's argument block; the same each time. */
    static MemorySegment arguments(Scratch scratch) {
        return scratch.rows(Scratch.Use.ARGUMENTS, 1, 2 * WORDS).segment();
    }

    /**
     * The address of bytes that lie in a segment which is still open.
     *
     * @throws IndexOutOfBoundsException when they do not
     * @throws IllegalStateException when it is closed
     */
    static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        segment.get(JAVA_BYTE, offset);
        return segment.address() + offset;
    }
}
