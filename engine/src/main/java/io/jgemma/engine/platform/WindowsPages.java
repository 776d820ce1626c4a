package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Pages by {@code VirtualAlloc}, {@code VirtualProtect} and {@code VirtualFree}. Huge pages are Windows' large pages, for
 * accounts that may lock memory ({@link LargePages}); others get small ones.
 */
final class WindowsPages implements PageMemory {

    private static final long THIS_PROCESS = -1;
    private static final int COMMIT_AND_RESERVE = 0x1000 | 0x2000;
    private static final int LARGE = 0x2000_0000;
    private static final int RELEASE = 0x8000;
    private static final int NO_ACCESS = 0x01;
    private static final int READ_WRITE = 0x04;
    private static final int READ_EXECUTE = 0x20;

    private final MethodHandle virtualAlloc;
    private final MethodHandle virtualProtect;
    private final MethodHandle virtualFree;
    private final MethodHandle flushInstructionCache;

    WindowsPages() {
        WindowsLibrary kernel = new WindowsLibrary("kernel32");
        virtualAlloc = kernel.function(
                "VirtualAlloc",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT));
        virtualProtect = kernel.function(
                "VirtualProtect",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS));
        virtualFree = kernel.function(
                "VirtualFree",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        flushInstructionCache = kernel.function(
                "FlushInstructionCache",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    @Override
    public MemorySegment map(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = WindowsLibrary.state(arena);
            long address = allocate(state, bytes, COMMIT_AND_RESERVE);
            if (address == 0) {
                throw failed("VirtualAlloc", bytes, state);
            }
            return pages(address, bytes);
        }
    }

    /** The address of new pages; 0 where the system refuses. */
    private long allocate(MemorySegment state, long bytes, int type) {
        try {
            return (long) virtualAlloc.invokeExact(state, 0L, bytes, type, READ_WRITE);
        } catch (Throwable e) {
            throw new CodeMemoryException("VirtualAlloc could not be called", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment pages(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    @SuppressWarnings("restricted")
    public MemorySegment mapHuge(long bytes, Arena arena) {
        MemorySegment pages = mapLarge(bytes);
        return MemorySegment.ofAddress(pages.address())
                .reinterpret(pages.byteSize(), arena, each -> unmap(pages))
                .asSlice(0, bytes);
    }

    private MemorySegment mapLarge(long bytes) {
        long large = LargePages.bytes();
        if (large > 0 && bytes >= large) {
            long whole = Math.ceilDiv(bytes, large) * large;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = WindowsLibrary.state(arena);
                long address = allocate(state, whole, COMMIT_AND_RESERVE | LARGE);
                if (address != 0) {
                    return pages(address, whole);
                }
                System.getLogger(WindowsPages.class.getName())
                        .log(
                                System.Logger.Level.DEBUG,
                                "no large pages for {0} bytes (error {1})",
                                whole,
                                WindowsLibrary.error(state));
            }
        }
        return map(Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES);
    }

    @Override
    public boolean hasHugePages() {
        return LargePages.bytes() > 0;
    }

    @Override
    public void protect(MemorySegment pages, Protection protection) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = WindowsLibrary.state(arena);
            MemorySegment before = arena.allocate(ValueLayout.JAVA_INT);
            int result;
            try {
                result = (int)
                        virtualProtect.invokeExact(state, pages.address(), pages.byteSize(), bits(protection), before);
            } catch (Throwable e) {
                throw new CodeMemoryException("VirtualProtect could not be called", e);
            }
            if (result == 0) {
                throw failed("VirtualProtect to " + protection, pages.byteSize(), state);
            }
            if (protection == Protection.READ_EXECUTE) {
                flush(state, pages);
            }
        }
    }

    private void flush(MemorySegment state, MemorySegment pages) {
        int result;
        try {
            result = (int) flushInstructionCache.invokeExact(state, THIS_PROCESS, pages.address(), pages.byteSize());
        } catch (Throwable e) {
            throw new CodeMemoryException("FlushInstructionCache could not be called", e);
        }
        if (result == 0) {
            throw failed("FlushInstructionCache", pages.byteSize(), state);
        }
    }

    @Override
    public void unmap(MemorySegment pages) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = WindowsLibrary.state(arena);
            int result;
            try {
                result = (int) virtualFree.invokeExact(state, pages.address(), 0L, RELEASE);
            } catch (Throwable e) {
                throw new CodeMemoryException("VirtualFree could not be called", e);
            }
            if (result == 0) {
                throw failed("VirtualFree", pages.byteSize(), state);
            }
        }
    }

    private static int bits(Protection protection) {
        return switch (protection) {
            case NONE -> NO_ACCESS;
            case READ_WRITE -> READ_WRITE;
            case READ_EXECUTE -> READ_EXECUTE;
        };
    }

    private static CodeMemoryException failed(String what, long bytes, MemorySegment state) {
        return new CodeMemoryException(
                what + " of " + bytes + " bytes was refused by the system (error " + WindowsLibrary.error(state) + ")");
    }
}
