package io.jgemma.engine.cpu.x86.assembler;

import io.jgemma.engine.platform.CodeMemoryException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Assembled code that can be called. All of it has one shape, {@code void f(long argument)}: mostly the argument is the
 * address of a block of further ones. Usable as long as its {@link CodeCache} is open.
 *
 * @param code where it begins, executable
 */
public record Routine(String name, MemorySegment code) {
    /** Calls any of them; a constant, because the compiler makes calls through no other kind of handle direct. */
    private static final MethodHandle CALL = caller();

    @SuppressWarnings("restricted") // Machine code is what this class is for.
    private static MethodHandle caller() {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    }

    public void call(long argument) {
        try {
            CALL.invokeExact(code, argument);
        } catch (Throwable e) {
            throw new CodeMemoryException(name + " could not be called", e);
        }
    }
}
