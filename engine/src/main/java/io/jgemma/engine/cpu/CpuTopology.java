package io.jgemma.engine.cpu;

import io.jgemma.engine.platform.WindowsProcessors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** How many cores there are beneath the logical processors. */
final class CpuTopology {

    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final int MOST_PROCESSORS = 1 << 16;

    private CpuTopology() {}

    /**
     * Physical cores that this process may use, at least 1. Two threads on one core share its multipliers, so more threads
     * than cores do not compute faster. Linux tells which processors the process may run on, which are not always the first
     * ones (affinity, containers), and which of them share a core; Windows tells how many cores there are. A quota of processor time is in the JVM's number of
     * processors. Elsewhere, and in containers that hide all that, this number is the answer.
     */
    static int physicalCores() {
        int available = Runtime.getRuntime().availableProcessors();
        OptionalInt cores = WindowsProcessors.physicalCores();
        return cores.isPresent() ? Math.min(cores.getAsInt(), available) : physicalCores(Path.of("/"), available);
    }

    /**
     * As {@link #physicalCores()}, from the files of a system.
     *
     * @param root the folder that holds {@code proc} and {@code sys}
     * @param available processors worth of time that the process gets
     */
    static int physicalCores(Path root, int available) {
        Set<String> cores = new HashSet<>();
        try {
            BitSet allowed = allowed(root);
            for (int cpu = allowed.nextSetBit(0); cpu >= 0; cpu = allowed.nextSetBit(cpu + 1)) {
                Path siblings = root.resolve("sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
                cores.add(Files.readString(siblings).strip());
            }
        } catch (IOException | NumberFormatException e) {
            return available;
        }
        return cores.isEmpty() ? available : Math.min(cores.size(), available);
    }

    /** Processors that the calling thread may run on. */
    private static BitSet allowed(Path root) throws IOException {
        List<String> lines = Files.readAllLines(root.resolve("proc/thread-self/status"), StandardCharsets.ISO_8859_1);
        BitSet allowed = new BitSet();
        for (String line : lines) {
            if (line.startsWith(ALLOWED)) {
                for (String range : line.substring(ALLOWED.length()).strip().split(",", -1)) {
                    int dash = range.indexOf('-');
                    int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                    int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                    allowed.set(first, Math.min(last, MOST_PROCESSORS) + 1);
                }
            }
        }
        return allowed;
    }
}
