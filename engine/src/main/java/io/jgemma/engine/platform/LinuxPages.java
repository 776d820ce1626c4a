package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Pages by {@code mmap}, {@code mprotect}, {@code munmap} and {@code madvise}. */
final class LinuxPages implements PageMemory {

    private static final long HUGE_PAGE_BYTES = 2 << 20;
    private static final long LINE_BYTES = 64;
    private static final int USE_HUGE_PAGES = 14;

    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle mmap;
    private final MethodHandle mprotect;
    private final MethodHandle munmap;
    private final MethodHandle madvise;

    LinuxPages() {
        mmap = function(
                "mmap",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        mprotect = function(
                "mprotect",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        munmap = function(
                "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        madvise = function(
                "madvise",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new CodeMemoryException("the system has no function " + name));
        return linker.downcallHandle(address, type, Linker.Option.captureCallState("errno"));
    }

    @Override
    @SuppressWarnings("restricted")
    public MemorySegment map(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long address;
            try {
                address = (long) mmap.invokeExact(state, 0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            } catch (Throwable e) {
                throw new CodeMemoryException("mmap could not be called", e);
            }
            if (address == -1) {
                throw failed("mmap", bytes, state);
            }
            return MemorySegment.ofAddress(address).reinterpret(bytes);
        }
    }

    @Override
    public MemorySegment mapHuge(long bytes, Arena arena) {
        if (bytes < HUGE_PAGE_BYTES) {
            return arena.allocate(bytes, LINE_BYTES);
        }
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result;
            try {
                result = (int) madvise.invokeExact(state, pages.address(), pages.byteSize(), USE_HUGE_PAGES);
            } catch (Throwable e) {
                throw new CodeMemoryException("madvise could not be called", e);
            }
            if (result != 0) {
                System.getLogger(LinuxPages.class.getName())
                        .log(System.Logger.Level.DEBUG, "no huge pages (errno {0})", ERRNO.get(state, 0L));
            }
        }
    }

    @Override
    public boolean hasHugePages() {
        return true;
    }

    @Override
    public void protect(MemorySegment pages, Protection protection) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result;
            try {
                result = (int) mprotect.invokeExact(state, pages.address(), pages.byteSize(), bits(protection));
            } catch (Throwable e) {
                throw new CodeMemoryException("mprotect could not be called", e);
            }
            if (result != 0) {
                throw failed("mprotect to " + protection, pages.byteSize(), state);
            }
        }
    }

    @Override
    public void unmap(MemorySegment pages) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result;
            try {
                result = (int) munmap.invokeExact(state, pages.address(), pages.byteSize());
            } catch (Throwable e) {
                throw new CodeMemoryException("munmap could not be called", e);
            }
            if (result != 0) {
                throw failed("munmap", pages.byteSize(), state);
            }
        }
    }

    private static CodeMemoryException failed(String what, long bytes, MemorySegment state) {
        return new CodeMemoryException(
                what + " of " + bytes + " bytes was refused by the system (errno " + (int) ERRNO.get(state, 0L) + ")");
    }

    private static int bits(Protection protection) {
        return switch (protection) {
            case NONE -> 0;
            case READ_WRITE -> READ_WRITE;
            case READ_EXECUTE -> READ_EXECUTE;
        };
    }
}
