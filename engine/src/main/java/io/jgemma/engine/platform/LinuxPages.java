package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Pages by {@code mmap}, {@code mprotect}, {@code munmap} and {@code madvise}. */
final class LinuxPages implements PageMemory {

    private static final long HUGE_PAGE_BYTES = 2 << 20;
    private static final int USE_HUGE_PAGES = 14;

    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS = 0x02 | 0x20;

    private final SystemCall mmap = function("mmap");
    private final SystemCall mprotect = function("mprotect");
    private final SystemCall munmap = function("munmap");
    private final SystemCall madvise = function("madvise");

    private static SystemCall function(String name) {
        return SystemCall.find(name).orElseThrow(() -> new CodeMemoryException("the system has no function " + name));
    }

    @Override
    @SuppressWarnings("restricted")
    public MemorySegment map(long bytes) {
        SystemCall.Result result = mmap.call(0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
        if (result.value() == -1) {
            throw refused("mmap", bytes, result);
        }
        return MemorySegment.ofAddress(result.value()).reinterpret(bytes);
    }

    @Override
    public MemorySegment mapHuge(long bytes, Arena arena) {
        // The system aligns to small pages only.
        MemorySegment pages = map(Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES + HUGE_PAGE_BYTES);
        long skipped = -pages.address() & (HUGE_PAGE_BYTES - 1);
        adviseHuge(pages);
        return owned(pages, arena).asSlice(skipped, bytes);
    }

    @SuppressWarnings("restricted")
    private MemorySegment owned(MemorySegment pages, Arena arena) {
        return MemorySegment.ofAddress(pages.address()).reinterpret(pages.byteSize(), arena, each -> unmap(pages));
    }

    /** A system that refuses has small pages, which are as good but for speed. */
    private void adviseHuge(MemorySegment pages) {
        SystemCall.Result result = madvise.call(pages.address(), pages.byteSize(), USE_HUGE_PAGES);
        if (result.failed()) {
            System.getLogger(LinuxPages.class.getName())
                    .log(System.Logger.Level.DEBUG, "no huge pages (errno {0})", result.error());
        }
    }

    @Override
    public boolean hasHugePages() {
        return true;
    }

    @Override
    public void protect(MemorySegment pages, Protection protection) {
        SystemCall.Result result = mprotect.call(pages.address(), pages.byteSize(), bits(protection));
        if (result.failed()) {
            throw refused("mprotect to " + protection, pages.byteSize(), result);
        }
    }

    @Override
    public void unmap(MemorySegment pages) {
        SystemCall.Result result = munmap.call(pages.address(), pages.byteSize());
        if (result.failed()) {
            throw refused("munmap", pages.byteSize(), result);
        }
    }

    private static CodeMemoryException refused(String what, long bytes, SystemCall.Result result) {
        return new CodeMemoryException(
                what + " of " + bytes + " bytes was refused by the system (errno " + result.error() + ")");
    }

    private static int bits(Protection protection) {
        return switch (protection) {
            case NONE -> 0;
            case READ_WRITE -> READ_WRITE;
            case READ_EXECUTE -> READ_EXECUTE;
        };
    }
}
