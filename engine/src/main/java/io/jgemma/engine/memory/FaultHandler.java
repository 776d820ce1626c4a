package io.jgemma.engine.memory;

import io.jgemma.engine.platform.NativeAccess;
import io.jgemma.engine.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the process alive when a page of a mapped file can no longer be read, because somebody cut the file or its disk
 * failed. The system then sends SIGBUS to the thread that reads, and the JVM ends, unless it was Java code that read.
 *
 * <p>The handler is machine code, since Java cannot run inside a signal. It looks the address up in a table of ranges. For one of
 * ours it maps zeros from that page to the end of the range, counts, and returns: the read is repeated and finds zeros. Whoever
 * asks {@link #faults} afterwards knows that what was computed is worthless. For any other address it goes on in the JVM's own
 * handler.
 *
 * <p>Linux on x86-64 only. Elsewhere, and where the JVM allows no native access, {@link #find} gives nothing, and the checks of
 * {@link MappedFile#change} are all there is.
 */
final class FaultHandler {

    /** Ranges watched at a time; each is a file. A file beyond them goes without. */
    private static final int SLOTS = 256;

    // A slot: start, end, number of faults, and room up to a power of two.
    private static final long SLOT_BYTES = 32;
    private static final long END = 8;
    private static final long FAULTS = 16;

    /** Bytes of the kernel's {@code struct sigaction}: handler, flags, restorer, mask. */
    private static final long ACTION_BYTES = 32;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    /** A process has one handler of a signal, and the code stays, because a signal may arrive at any time. */
    private static final @Nullable FaultHandler OF_PROCESS = install();

    private final MemorySegment table;

    private FaultHandler(MemorySegment table) {
        this.table = table;
    }

    /** The handler of this process; null where there is none. */
    static @Nullable FaultHandler find() {
        return OF_PROCESS;
    }

    private static @Nullable FaultHandler install() {
        if (!NativeAccess.isAllowed() || Platform.here() != Platform.LINUX_X86_64) {
            return null;
        }
        MemorySegment table = Arena.global().allocate(SLOTS * SLOT_BYTES, SLOT_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            return replace(table, arena) ? new FaultHandler(table) : null;
        } catch (Throwable e) {
            System.getLogger(FaultHandler.class.getName())
                    .log(System.Logger.Level.DEBUG, "a mapped file that is cut may end the process", e);
            return null;
        }
    }

    private static boolean replace(MemorySegment table, Arena arena) throws Throwable {
        long setAction = FaultCode.load(FaultCode.action());
        MemorySegment action = arena.allocate(ACTION_BYTES, Long.BYTES);
        if (!setAction(setAction, 0, action.address(), arena)) {
            return false;
        }
        long before = action.get(ValueLayout.JAVA_LONG, 0);
        // 0 is the system's default and 1 "ignore": neither can be called, and the JVM has set neither.
        if (before == 0 || before == 1) {
            return false;
        }
        long handler = FaultCode.load(FaultCode.handler(table.address(), SLOTS, before));
        action.set(ValueLayout.JAVA_LONG, 0, handler); // flags, restorer and mask stay those of the JVM's handler
        return setAction(setAction, action.address(), 0, arena);
    }

    private static boolean setAction(long code, long next, long old, Arena arena) throws Throwable {
        MemorySegment block = arena.allocateFrom(ValueLayout.JAVA_LONG, next, old, -1);
        FaultCode.call(code, block.address());
        return block.getAtIndex(ValueLayout.JAVA_LONG, 2) == 0;
    }

    /**
     * Watches a mapped range until {@link #forget}.
     *
     * @return its number; -1 when there are too many already
     */
    synchronized int watch(MemorySegment mapped) {
        for (int slot = 0; slot < SLOTS; slot++) {
            long at = slot * SLOT_BYTES;
            if ((long) WORD.getVolatile(table, at + END) == 0) {
                WORD.setVolatile(table, at + FAULTS, 0L);
                WORD.setVolatile(table, at, mapped.address());
                WORD.setVolatile(table, at + END, mapped.address() + mapped.byteSize());
                return slot;
            }
        }
        return -1;
    }

    /** Watches a range no longer. To be called before its memory is given back. */
    synchronized void forget(int slot) {
        WORD.setVolatile(table, slot * SLOT_BYTES + END, 0L);
    }

    /** How often a page of the range could not be read. */
    long faults(int slot) {
        return (long) WORD.getVolatile(table, slot * SLOT_BYTES + FAULTS);
    }
}
