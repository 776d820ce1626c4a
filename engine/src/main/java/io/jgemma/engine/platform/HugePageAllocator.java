package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Hands out memory in huge pages, one piece after the other, so that pieces smaller than a huge page share one. All of it is freed
 * together. For one thread at a time.
 */
public final class HugePageAllocator implements SegmentAllocator {

    /** What is mapped at a time. What nobody uses of it costs addresses on Linux, memory on Windows. */
    static final long CHUNK_BYTES = 16 << 20;

    private final PageMemory memory;
    private final Arena arena;
    private MemorySegment rest = MemorySegment.NULL;

    /**
     * An allocator that has nothing yet.
     *
     * @param arena frees what is handed out
     */
    public HugePageAllocator(PageMemory memory, Arena arena) {
        this.memory = memory;
        this.arena = arena;
    }

    /** Zeroed memory; a large piece gets pages of its own. */
    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        long skipped = -rest.address() & (alignment - 1);
        if (skipped + bytes > rest.byteSize()) {
            if (bytes >= CHUNK_BYTES) {
                return memory.mapHuge(bytes, arena);
            }
            rest = memory.mapHuge(CHUNK_BYTES, arena);
            skipped = 0;
        }
        MemorySegment piece = rest.asSlice(skipped, bytes);
        rest = rest.asSlice(skipped + bytes);
        return piece;
    }
}
