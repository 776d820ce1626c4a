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
import java.util.Arrays;
import java.util.Optional;

/**
 * A function of the C library of Linux or macOS whose arguments are integers or pointers. All are called in one shape, as if each
 * took six arguments of 64 bits: the JVM takes up to 10 ms to prepare a shape, at each start. The calling conventions of x86-64 and
 * AArch64 pass six such arguments in registers, where a function that takes fewer of them, or narrower ones, ignores the rest.
 */
final class SystemCall {

    /** Arguments of the shape. */
    private static final int ARGUMENTS = 6;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    /**
     * What a call gave.
     *
     * @param value the 64 bits returned; of a function that returns an {@code int} only the lower half means something
     * @param error {@code errno} after the call, which means something where the call failed
     */
    record Result(long value, int error) {

        /** Whether a function that returns an {@code int} below 0 for an error failed. */
        boolean failed() {
            return (int) value < 0;
        }
    }

    @SuppressWarnings("restricted")
    private SystemCall(String name, MemorySegment function) {
        this.name = name;
        MemoryLayout[] arguments = new MemoryLayout[ARGUMENTS];
        Arrays.fill(arguments, ValueLayout.JAVA_LONG);
        handle = Linker.nativeLinker()
                .downcallHandle(
                        function,
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments),
                        Linker.Option.captureCallState("errno"));
    }

    /** A function by its name, where the system has it and the JVM allows native access. */
    static Optional<SystemCall> find(String name) {
        return NativeAccess.isAllowed()
                ? Linker.nativeLinker().defaultLookup().find(name).map(function -> new SystemCall(name, function))
                : Optional.empty();
    }

    /**
     * Calls it.
     *
     * @param arguments at most six numbers or addresses
     */
    Result call(long... arguments) {
        if (arguments.length > ARGUMENTS) {
            throw new IllegalArgumentException(arguments.length + " arguments, at most " + ARGUMENTS);
        }
        long[] all = Arrays.copyOf(arguments, ARGUMENTS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long value = (long) handle.invokeExact(state, all[0], all[1], all[2], all[3], all[4], all[5]);
            return new Result(value, (int) ERRNO.get(state, 0L));
        } catch (Throwable e) {
            throw new IllegalStateException(name + " could not be called", e);
        }
    }
}
