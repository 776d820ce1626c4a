package io.jgemma.engine.cpu.kernel;

import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the Java heap. Every segment is a plain native one, also where a file is mapped, so that kernels always
 * meet the same class.
 */
public final class HostBuffer implements Buffer {

    /** Enough for a full vector register and a cache line. */
    private static final long ALIGNMENT_BYTES = 64;

    private final MemorySegment segment;
    private final @Nullable Arena arena;
    private final @Nullable Packed packed;
    private final Runnable onClose;
    private boolean closed;

    /** Weights in another order than the file's. */
    private record Packed(WeightLayout layout, long rows) {}

    private HostBuffer(MemorySegment segment, @Nullable Arena arena, @Nullable Packed packed, Runnable onClose) {
        this.segment = segment;
        this.arena = arena;
        this.packed = packed;
        this.onClose = onClose;
    }

    /** Zeroed memory of its own, freed when closed; {@code onClose} then runs once. */
    public static HostBuffer allocate(long bytes, Runnable onClose) {
        Arena arena = Arena.ofShared();
        return new HostBuffer(arena.allocate(bytes, ALIGNMENT_BYTES), arena, null, onClose);
    }

    /** Memory that somebody else owns. */
    public static HostBuffer of(MemorySegment segment) {
        return new HostBuffer(segment, null, null, () -> {});
    }

    /** Room for weights in a layout, which {@code allocator} frees. */
    public static HostBuffer packed(WeightLayout layout, int rows, int columns, SegmentAllocator allocator) {
        MemorySegment room = allocator.allocate(layout.bytes(rows, columns), ALIGNMENT_BYTES);
        return new HostBuffer(room, null, new Packed(layout, rows), () -> {});
    }

    /**
     * The layout of a tensor's buffer; null where its rows lie as in the file.
     *
     * @throws IllegalArgumentException when the tensor has not all rows of a layout
     */
    public static @Nullable WeightLayout layout(Tensor tensor) {
        if (!(tensor.buffer() instanceof HostBuffer host) || host.packed == null) {
            return null;
        }
        if (tensor.offsetBytes() != 0 || tensor.rows() != host.packed.rows()) {
            throw new IllegalArgumentException(
                    tensor.rows() + " of " + host.packed.rows() + " rows of repacked weights cannot be used alone");
        }
        return host.packed.layout();
    }

    /**
     * The memory of a buffer.
     *
     * @throws IllegalArgumentException when it is another backend's
     */
    public static MemorySegment in(Buffer buffer) {
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
