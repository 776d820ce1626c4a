package io.jgemma.engine.platform;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Keeps memory from being swapped out or dropped ({@code mlock}), where the system has that: Linux and macOS. A lock ends when
 * the memory is given back.
 */
public final class MemoryLock {
    private static final double MIB = 1L << 20;
    private static final String CALL = "mlock";

    private MemoryLock() {}

    /**
     * Locks memory, which brings all of it in first.
     *
     * @param memory native memory, mapped or not
     * @throws MemoryLockException when the system has no such call or refuses; the message says what to do
     */
    public static void lock(MemorySegment memory) {
        SystemCall call = SystemCall.find(CALL)
                .orElseThrow(
                        () -> new MemoryLockException(
                                "memory cannot be locked here: the system has no mlock, or the JVM was started without native access"));
        SystemCall.Result result = call.call(memory.address(), memory.byteSize());
        if (result.failed()) {
            throw new MemoryLockException(String.format(
                    Locale.ROOT,
                    "the system refused to lock %.1f MiB of weights in memory (error %d): raise the limit for this shell"
                            + " (ulimit -l unlimited, or memlock in /etc/security/limits.conf), free memory, or leave out"
                            + " --mlock",
                    memory.byteSize() / MIB,
                    result.error()));
        }
    }
}
