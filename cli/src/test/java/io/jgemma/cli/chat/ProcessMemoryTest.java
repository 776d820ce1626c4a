package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {

    @Test
    void readsThePeakFromTheStatusFile() {
        assertThat(ProcessMemory.peakResidentBytes(List.of("VmPeak:\t 99 kB", "VmHWM:\t  412345 kB", "VmRSS:\t 7 kB")))
                .hasValue(412345L * 1024);
        assertThat(ProcessMemory.peakResidentBytes(List.of("VmPeak:\t 99 kB"))).isEmpty();
        assertThat(ProcessMemory.peakResidentBytes(List.of("VmHWM:\t none"))).isEmpty();
    }
}
