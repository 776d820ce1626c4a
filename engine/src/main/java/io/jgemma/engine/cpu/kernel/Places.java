package io.jgemma.engine.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Where assembled code finds its operands: addresses, which it does not check. */
public final class Places {

    private Places() {}

    /**
     * The address of bytes that lie in a segment which is still open.
     *
     * @throws IndexOutOfBoundsException when they do not
     * @throws IllegalStateException when it is closed
     */
    public static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the operand's memory is not there any more");
        }
        return segment.address() + offset;
    }

    /** The address of rows {@code from..from+rows}, at least one, the last of which has {@code bytes}; as {@link #address}. */
    public static long rows(Operand m, int from, int rows, long bytes) {
        return address(m.segment(), m.row(from), (rows - 1) * m.rowBytes() + bytes);
    }
}
