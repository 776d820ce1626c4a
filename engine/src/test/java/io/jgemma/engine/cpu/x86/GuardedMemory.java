package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.platform.PageMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Memory whose last byte is followed, or whose first is preceded, by a page that nobody may touch. */
final class GuardedMemory implements AutoCloseable {

    private final PageMemory memory = PageMemory.ofSystem();
    private final List<MemorySegment> mapped = new ArrayList<>();

    /** Zeroed bytes that end where a forbidden page begins; a stray access beyond them ends the JVM. */
    MemorySegment before(long bytes) {
        MemorySegment pages = map(bytes);
        return pages.asSlice(pages.byteSize() - PageMemory.PAGE_BYTES - bytes, bytes);
    }

    /** Zeroed bytes that begin where a forbidden page ends. */
    MemorySegment after(long bytes) {
        return map(bytes).asSlice(PageMemory.PAGE_BYTES, bytes);
    }

    private MemorySegment map(long bytes) {
        long inner = Math.ceilDiv(bytes, PageMemory.PAGE_BYTES) * PageMemory.PAGE_BYTES;
        MemorySegment pages = memory.map(inner + 2 * PageMemory.PAGE_BYTES);
        mapped.add(pages);
        memory.protect(pages.asSlice(0, PageMemory.PAGE_BYTES), PageMemory.Protection.NONE);
        memory.protect(pages.asSlice(inner + PageMemory.PAGE_BYTES, PageMemory.PAGE_BYTES), PageMemory.Protection.NONE);
        return pages;
    }

    /** Gives back all that was asked for so far. */
    @Override
    public void close() {
        mapped.forEach(memory::unmap);
        mapped.clear();
    }
}
