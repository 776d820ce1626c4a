package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Windows' large pages, of 2 MiB on x86-64. Only an account with the right <i>Lock pages in memory</i> gets them, and a process has to
 * switch the right on.
 */
final class LargePages {

    private static final long THIS_PROCESS = -1;
    private static final int ADJUST_AND_QUERY = 0x20 | 0x08;
    private static final int ENABLED = 2;

    // TOKEN_PRIVILEGES with one privilege: count, LUID, attributes.
    private static final long PRIVILEGES_BYTES = 16;
    private static final long LUID = 4;
    private static final long ATTRIBUTES = 12;

    private static final WindowsLibrary KERNEL = new WindowsLibrary("kernel32");

    /** A right of the process, asked for once. */
    private static final long BYTES = find();

    private LargePages() {}

    /** Bytes of a large page; 0 where this process may have none. */
    static long bytes() {
        return BYTES;
    }

    private static long find() {
        try (Arena arena = Arena.ofConfined()) {
            long bytes = (long) KERNEL.function("GetLargePageMinimum", FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                    .invokeExact(WindowsLibrary.state(arena));
            return bytes > 0 && mayLockMemory(arena) ? bytes : 0;
        } catch (Throwable e) {
            System.getLogger(LargePages.class.getName()).log(System.Logger.Level.DEBUG, "no large pages", e);
            return 0;
        }
    }

    private static boolean mayLockMemory(Arena arena) throws Throwable {
        WindowsLibrary security = new WindowsLibrary("advapi32");
        MethodHandle openToken = security.function(
                "OpenProcessToken",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        MemorySegment state = WindowsLibrary.state(arena);
        MemorySegment token = arena.allocate(ValueLayout.JAVA_LONG);
        if ((int) openToken.invokeExact(state, THIS_PROCESS, ADJUST_AND_QUERY, token) == 0) {
            return false;
        }
        long handle = token.get(ValueLayout.JAVA_LONG, 0);
        try {
            return enable(security, handle, state, arena);
        } finally {
            int closed = (int)
                    KERNEL.function("CloseHandle", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG))
                            .invokeExact(state, handle);
            assert closed != 0 : "the token was open";
        }
    }

    /** Switches the right on. The system answers yes with an error code where the account does not have it. */
    private static boolean enable(WindowsLibrary security, long token, MemorySegment state, Arena arena)
            throws Throwable {
        MethodHandle lookUp = security.function(
                "LookupPrivilegeValueW",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        MethodHandle adjust = security.function(
                "AdjustTokenPrivileges",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS));
        MemorySegment privileges = arena.allocate(PRIVILEGES_BYTES, Integer.BYTES);
        MemorySegment name = arena.allocateFrom("SeLockMemoryPrivilege", StandardCharsets.UTF_16LE);
        if ((int) lookUp.invokeExact(state, MemorySegment.NULL, name, privileges.asSlice(LUID)) == 0) {
            return false;
        }
        privileges.set(ValueLayout.JAVA_INT, 0, 1);
        privileges.set(ValueLayout.JAVA_INT, ATTRIBUTES, ENABLED);
        return (int) adjust.invokeExact(state, token, 0, privileges, 0, MemorySegment.NULL, MemorySegment.NULL) != 0
                && WindowsLibrary.error(state) == 0;
    }
}
