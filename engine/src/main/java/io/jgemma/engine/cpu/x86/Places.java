package io.jgemma.engine.cpu.x86;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Where assembled code finds its operands: addresses, which it does not check. */
final class Places {

    private Places() {}

    /**
     * The address of bytes that lie in a segment which is still open.
     *
     * @throws IndexOutOfBoundsException when they do not
     * @throws IllegalStateException when it is closed
     */
    static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the operand's memory is not there any more");
        }
        return segment.address() + offset;
    }
}
