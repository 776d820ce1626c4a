package io.jgemma.engine.cpu.x86;

import java.lang.invoke.MethodHandle;

/**
 * Assembled code that can be called. All of it has one shape, {@code void f(long argument)}: mostly the argument is the
 * address of a block of further ones. Usable as long as its {@link CodeCache} is open.
 *
 * @param handle type {@code (long)void}
 */
record Routine(String name, MethodHandle handle) {

    void call(long argument) {
        try {
            handle.invokeExact(argument);
        } catch (Throwable e) {
            throw new CodeMemoryException(name + " could not be called", e);
        }
    }
}
