package io.jgemma.engine.memory;

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

/** A function of the C library whose arguments are all as wide as an address and which returns an {@code int}, 0 or more = done. */
final class SystemCalls {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final int MOST_ARGUMENTS = 4;

    private final MemorySegment function;

    private SystemCalls(MemorySegment function) {
        this.function = function;
    }

    /** A function by its name, where the system has it and the JVM allows native access. */
    static Optional<SystemCalls> find(String name) {
        if (!SystemCalls.class.getModule().isNativeAccessEnabled()) {
            return Optional.empty();
        }
        return Linker.nativeLinker().defaultLookup().find(name).map(SystemCalls::new);
    }

    /**
     * Calls it.
     *
     * @param arguments at most four numbers or addresses
     * @return 0, or the system's number of the error
     */
    @SuppressWarnings("restricted")
    int call(long... arguments) {
        if (arguments.length > MOST_ARGUMENTS) {
            throw new IllegalArgumentException(arguments.length + " arguments, at most " + MOST_ARGUMENTS);
        }
        MemoryLayout[] types = new MemoryLayout[arguments.length];
        Arrays.fill(types, ValueLayout.JAVA_LONG);
        MethodHandle handle = Linker.nativeLinker()
                .downcallHandle(
                        function,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, types),
                        Linker.Option.captureCallState("errno"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            Object[] all = new Object[arguments.length + 1];
            all[0] = state;
            for (int i = 0; i < arguments.length; i++) {
                all[i + 1] = arguments[i];
            }
            int result = (int) handle.invokeWithArguments(all);
            return result >= 0 ? 0 : (int) ERRNO.get(state, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException("a function of the system could not be called", e);
        }
    }
}
