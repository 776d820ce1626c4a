package io.jgemma.engine.platform;

import java.lang.foreign.MemorySegment;

/** Whether the JVM lets this module call native code. */
public final class NativeAccess {

    private static final boolean ALLOWED = find();

    private NativeAccess() {}

    /**
     * True unless native access is denied. Where nobody has allowed it either, the JVM prints a warning that names the option to set
     * (JEP 472).
     */
    public static boolean isAllowed() {
        return ALLOWED;
    }

    @SuppressWarnings("restricted") // Asking is doing: the JVM does not tell "not allowed yet" from "denied".
    private static boolean find() {
        try {
            return MemorySegment.NULL.reinterpret(0).byteSize() == 0;
        } catch (IllegalCallerException e) {
            return false;
        }
    }
}
