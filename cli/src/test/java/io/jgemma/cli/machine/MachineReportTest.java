package io.jgemma.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.backend.CpuInfo;
import io.jgemma.engine.backend.DeviceInfo;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MachineReportTest {

    private static final CpuInfo CPU = new CpuInfo(List.of("AVX2"), 4, 2, "CPU, x86 kernels", "because of AVX2");
    private static final MachineReport WITH_GPU = new MachineReport(
            CPU,
            OptionalLong.of(8L << 30),
            20e9,
            List.of(new DeviceInfo(0, "RTX", "CUDA 8.6", 20L << 30, 24L << 30, 0)),
            "");

    @Test
    void peopleReadWhatComputesAndWhy() {
        assertThat(WITH_GPU.text())
                .contains("AVX2", "2 compute", "4 processors", "because of AVX2", "8.00 GiB available", "20.0 GB/s")
                .contains("GPU 0", "RTX, CUDA 8.6, 24.00 GiB, 20.00 GiB free");
        assertThat(new MachineReport(CPU, OptionalLong.empty(), 1e9, List.of(), "no driver").text())
                .contains("no driver", "memory        ?");
    }

    @Test
    void programsReadTheSame() throws IOException {
        JsonNode json = new ObjectMapper().readTree(WITH_GPU.json());

        assertThat(json.get("threads").intValue()).isEqualTo(2);
        assertThat(json.get("memory_read_bytes_per_second").longValue()).isEqualTo(20_000_000_000L);
        assertThat(json.get("gpus").get(0).get("free_bytes").longValue()).isEqualTo(20L << 30);
        assertThat(json.get("instructions").get(0).textValue()).isEqualTo("AVX2");
    }

    @Test
    void thisMachineIsMeasured() throws InterruptedException {
        MachineReport report = MachineReport.measured();

        assertThat(report.bytesPerSecond()).isPositive();
        assertThat(report.cpu().threads()).isBetween(1, report.cpu().processors());
        assertThat(report.devices().isEmpty()).isNotEqualTo(report.noDevice().isEmpty());
    }
}
