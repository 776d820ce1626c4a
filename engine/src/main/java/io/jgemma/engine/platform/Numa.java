package io.jgemma.engine.platform;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Machines whose memory lies at several nodes, each near to some of the processors (Linux). What is said here holds for the
 * calling thread and all threads that it starts, so it is said before a model is opened.
 */
public final class Numa {
    private static final Path NODES = Path.of("/sys/devices/system/node");
    private static final int MOST_CPUS = 1 << 13;
    private static final int NONE = -1;

    /** {@code MPOL_INTERLEAVE}. */
    private static final long INTERLEAVE = 3;

    private Numa() {}

    /** Where threads run and memory lies. */
    public enum Mode {
        /** Pages lie at all nodes in turn, so that all of them are read at once. */
        DISTRIBUTE,
        /** Threads and their memory stay on the node where the process was started. */
        ISOLATE,
        /** As {@code numactl} set it. */
        NUMACTL
    }

    /** Number of nodes; 1 where the system does not tell. */
    public static int nodes() {
        return read(NODES.resolve("online")).map(BitSet::cardinality).orElse(1);
    }

    /**
     * Sets the mode for the calling thread and all that it starts from now on.
     *
     * @return why that is not possible; empty when it is done
     */
    public static Optional<String> apply(Mode mode) {
        return switch (mode) {
            case DISTRIBUTE ->
                read(NODES.resolve("online"))
                        .map(Numa::interleave)
                        .orElse(Optional.of("the system does not tell its nodes"));
            case ISOLATE -> isolate();
            case NUMACTL -> Optional.empty();
        };
    }

    /** Lets pages lie at these nodes in turn ({@code set_mempolicy}, which the C library has under its number only). */
    private static Optional<String> interleave(BitSet nodes) {
        long number = setPolicyNumber();
        if (number == NONE) {
            return Optional.of("the system's number of the call is not known for this processor");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = mask(nodes, arena);
            return reason(SystemCall.find("syscall")
                    .map(call -> call.call(number, INTERLEAVE, mask.address(), MOST_CPUS))
                    .orElse(null));
        }
    }

    private static MemorySegment mask(BitSet numbers, Arena arena) {
        MemorySegment mask = arena.allocate(MOST_CPUS / Byte.SIZE, Long.BYTES);
        byte[] bits = numbers.toByteArray();
        MemorySegment.copy(bits, 0, mask, ValueLayout.JAVA_BYTE, 0, bits.length);
        return mask;
    }

    /** Why a call failed; null where the system has no such call. */
    private static Optional<String> reason(SystemCall.@Nullable Result result) {
        if (result == null) {
            return Optional.of("the system has no such call");
        }
        return result.failed() ? Optional.of("the system refused (error " + result.error() + ")") : Optional.empty();
    }

    /** The number of {@code set_mempolicy} for the processor that the program of this process was made for. */
    private static long setPolicyNumber() {
        return switch (Platform.elfMachine()) {
            case Platform.ELF_X86_64 -> 238;
            case Platform.ELF_AARCH64 -> 237;
            default -> NONE;
        };
    }

    /** Keeps this thread on the processors of the node on which it runs; the system gives it memory there as long as there is some. */
    private static Optional<String> isolate() {
        int node = currentNode();
        Optional<BitSet> processors = node == NONE ? Optional.empty() : read(NODES.resolve("node" + node + "/cpulist"));
        return processors.isPresent() ? restrict(processors.get()) : Optional.of("the system does not tell its nodes");
    }

    /** The node of the processor that runs this thread. */
    private static int currentNode() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            boolean known = SystemCall.find("getcpu")
                    .map(call -> !call.call(numbers.address(), numbers.address() + Integer.BYTES)
                            .failed())
                    .orElse(false);
            return known ? numbers.getAtIndex(ValueLayout.JAVA_INT, 1) : NONE;
        }
    }

    /** Lets this thread run on some processors only; the reason where it fails. */
    static Optional<String> restrict(BitSet processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = mask(processors, arena);
            return reason(SystemCall.find("sched_setaffinity")
                    .map(call -> call.call(0, mask.byteSize(), mask.address()))
                    .orElse(null));
        }
    }

    /** Reads a list as {@code 0-3,8}. */
    static BitSet list(String text) {
        BitSet numbers = new BitSet();
        for (String range : text.strip().split(",", -1)) {
            if (!range.isEmpty()) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                numbers.set(first, Math.min(last, MOST_CPUS - 1) + 1);
            }
        }
        return numbers;
    }

    private static Optional<BitSet> read(Path file) {
        try {
            return Optional.of(list(Files.readString(file)));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
