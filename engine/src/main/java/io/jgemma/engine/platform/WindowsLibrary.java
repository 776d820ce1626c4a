package io.jgemma.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** A library of Windows. Its functions take, before their own arguments, a segment that receives the system's error. */
final class WindowsLibrary {

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final String ERROR = "GetLastError";

    private final String name;
    private final SymbolLookup symbols;

    /** @throws CodeMemoryException where there is no such library */
    @SuppressWarnings("restricted")
    WindowsLibrary(String name) {
        this.name = name;
        try {
            symbols = SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new CodeMemoryException("the system has no library " + name, e);
        }
    }

    @SuppressWarnings("restricted")
    MethodHandle function(String function, FunctionDescriptor type) {
        MemorySegment address = symbols.find(function)
                .orElseThrow(() -> new CodeMemoryException(name + " has no function " + function));
        return Linker.nativeLinker().downcallHandle(address, type, Linker.Option.captureCallState(ERROR));
    }

    /** Room for the error of a call. */
    static MemorySegment state(Arena arena) {
        return arena.allocate(STATE);
    }

    /** The error of the last call that was given {@code state}. */
    static int error(MemorySegment state) {
        VarHandle error = STATE.varHandle(MemoryLayout.PathElement.groupElement(ERROR));
        return (int) error.get(state, 0L);
    }
}
