package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/** What Windows says of the processors beneath the logical ones, those of all processor groups. */
public final class WindowsProcessors {

    private static final int CORES = 0;

    // A record: its kind, its bytes, and more by kind.
    private static final long KIND = 0;
    private static final long BYTES = 4;
    private static final long LEAST_BYTES = 8;

    private WindowsProcessors() {}

    /** Physical cores of the machine, fast and slow ones alike; empty where this is not Windows, or it does not say. */
    public static OptionalInt physicalCores() {
        if (Platform.here() != Platform.WINDOWS_X86_64 || !NativeAccess.isAllowed()) {
            return OptionalInt.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            int cores = count(arena);
            return cores > 0 ? OptionalInt.of(cores) : OptionalInt.empty();
        } catch (Throwable e) {
            System.getLogger(WindowsProcessors.class.getName())
                    .log(System.Logger.Level.DEBUG, "the system does not say how many cores there are", e);
            return OptionalInt.empty();
        }
    }

    private static int count(Arena arena) throws Throwable {
        MethodHandle ask = new WindowsLibrary("kernel32")
                .function(
                        "GetLogicalProcessorInformationEx",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        MemorySegment state = WindowsLibrary.state(arena);
        MemorySegment bytes = arena.allocate(ValueLayout.JAVA_INT);
        // The first call only tells how much room the answer takes, and fails.
        int result = (int) ask.invokeExact(state, CORES, MemorySegment.NULL, bytes);
        MemorySegment records = arena.allocate(Math.max(bytes.get(ValueLayout.JAVA_INT, 0), LEAST_BYTES), Long.BYTES);
        result = result == 0 ? (int) ask.invokeExact(state, CORES, records, bytes) : 0;
        return result == 0 ? 0 : cores(records.asSlice(0, bytes.get(ValueLayout.JAVA_INT, 0)));
    }

    /** How many of the records are cores. */
    static int cores(MemorySegment records) {
        int cores = 0;
        long at = 0;
        while (at <= records.byteSize() - LEAST_BYTES) {
            cores += records.get(ValueLayout.JAVA_INT_UNALIGNED, at + KIND) == CORES ? 1 : 0;
            at += Math.max(records.get(ValueLayout.JAVA_INT_UNALIGNED, at + BYTES), LEAST_BYTES);
        }
        return cores;
    }
}
