package io.jgemma.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine of four cores with two processors each, numbered as Linux does: 0 to 3, and their siblings 4 to 7. */
class CpuTopologyTest {
    @TempDir
    private Path root;

    @BeforeEach
    void build() throws IOException {
        Files.createDirectories(root.resolve("proc/thread-self"));
        for (int cpu = 0; cpu < 8; cpu++) {
            Path topology = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu" + cpu + "/topology"));
            Files.writeString(topology.resolve("thread_siblings_list"), cpu % 4 + "," + (cpu % 4 + 4) + "\n");
        }
    }

    private int cores(String allowed, int available) throws IOException {
        Files.writeString(
                root.resolve("proc/thread-self/status"),
                "Name:\tjava\nCpus_allowed_list:\t" + allowed + "\nMems:\t0\n");
        return CpuTopology.physicalCores(root, available);
    }

    @Test
    void countsCoresOfTheProcessorsThatAreAllowed() throws IOException {
        assertThat(cores("0-7", 8)).isEqualTo(4);
        assertThat(cores("2-3,6", 3)).isEqualTo(2);
        assertThat(cores("5,7", 2)).isEqualTo(2);
        assertThat(cores("1,5", 2)).isEqualTo(1);
        assertThat(cores("6", 1)).isEqualTo(1);
    }

    @Test
    void aQuotaCounts() throws IOException {
        assertThat(cores("0-7", 2)).isEqualTo(2);
    }

    @Test
    void whereTheSystemHidesItProcessorsCount() throws IOException {
        assertThat(cores("0-9", 10)).as("processors that are not described").isEqualTo(10);
        assertThat(cores("all", 6)).isEqualTo(6);
        assertThat(CpuTopology.physicalCores(root.resolve("none"), 5)).isEqualTo(5);
    }

    @Test
    void hereIsAtLeastOne() {
        assertThat(CpuTopology.physicalCores())
                .isBetween(1, Runtime.getRuntime().availableProcessors());
    }
}
