package io.jgemma.engine.cpu;

import io.jgemma.engine.tensor.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the Java heap. Every segment is a plain native one, also where a file is mapped, so that kernels always
 * meet the same class.
 */
final class HostBuffer implements Buffer {

    /** Enough for a full vector register and a cache line. */
    private static final long ALIGNMENT_BYTES = 64;

    private final MemorySegment segment;
    private final @Nullable Arena arena;
    private final Runnable onClose;
    private boolean closed;

    private HostBuffer(MemorySegment segment, @Nullable Arena arena, Runnable onClose) {
        this.segment = segment;
        this.arena = arena;
        this.onClose = onClose;
    }

    /** Zeroed memory of its own, freed when closed; {@code onClose} then runs once. */
    static HostBuffer allocate(long bytes, Runnable onClose) {
        Arena arena = Arena.ofShared();
        return new HostBuffer(arena.allocate(bytes, ALIGNMENT_BYTES), arena, onClose);
    }

    /** Memory that somebody else owns. */
    static HostBuffer of(MemorySegment segment) {
        return new HostBuffer(segment, null, () -> {});
    }

    /**
     * The memory of a buffer.
     *
     * @throws IllegalArgumentException when it is another backend's
     */
    static MemorySegment in(Buffer buffer) {
        if (buffer instanceof HostBuffer host) {
            return host.segment;
        }
        throw new IllegalArgumentException(
                "the CPU backend cannot read " + buffer.getClass().getSimpleName() + ": it belongs to another backend");
    }

    @Override
    public long byteSize() {
        return segment.byteSize();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (arena != null) {
                arena.close();
            }
            onClose.run();
        }
    }
}
