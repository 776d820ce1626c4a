package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Whole pages from the operating system: anonymous memory whose protection can be changed. Needs native access. */
public sealed interface PageMemory permits LinuxPages, WindowsPages {

    /** Bytes of a page. */
    long PAGE_BYTES = 4096;

    /** What may be done with pages. There is no way to make them writable and executable at once. */
    enum Protection {
        NONE,
        READ_WRITE,
        READ_EXECUTE
    }

    /**
     * The pages of this system.
     *
     * @throws CodeMemoryException where the system's functions are not found, or the system is an unknown one
     */
    static PageMemory ofSystem() {
        return switch (Platform.here()) {
            case LINUX_X86_64 -> new LinuxPages();
            case WINDOWS_X86_64 -> new WindowsPages();
            case OTHER -> throw new CodeMemoryException("pages are taken from Linux and Windows on x86-64 only");
        };
    }

    /**
     * New zeroed pages, readable and writable.
     *
     * @param bytes whole pages
     * @return memory without a lifetime of its own: whoever asked for it calls {@link #unmap}
     */
    MemorySegment map(long bytes);

    /**
     * New zeroed memory in huge pages, as far as the system has them: fewer addresses to translate on the way through it.
     *
     * @return aligned to a page; freed with {@code arena}
     */
    MemorySegment mapHuge(long bytes, Arena arena);

    /** Whether {@link #mapHuge} asks for huge pages here; the system may still have none left. */
    boolean hasHugePages();

    /** Changes what may be done with pages. Code written before they become executable is the code that runs. */
    void protect(MemorySegment pages, Protection protection);

    /**
     * Gives pages back.
     *
     * @param pages all that one call of {@link #map} returned
     */
    void unmap(MemorySegment pages);
}
