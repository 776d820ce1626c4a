package io.jgemma.engine.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** How many cores there are beneath the logical processors. */
final class CpuTopology {

    private CpuTopology() {}

    /**
     * Physical cores that this process may use, at least 1. Two threads on one core share its multipliers, so more threads
     * than cores do not compute faster. Linux tells which processors share a core; elsewhere, and in containers that
     * hide it, the number of logical processors is the answer.
     */
    static int physicalCores() {
        int logical = Runtime.getRuntime().availableProcessors();
        Set<String> cores = new HashSet<>();
        for (int cpu = 0; cpu < logical; cpu++) {
            Path siblings = Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
            try {
                cores.add(Files.readString(siblings).strip());
            } catch (IOException e) {
                return logical;
            }
        }
        return Math.max(1, cores.size());
    }
}
