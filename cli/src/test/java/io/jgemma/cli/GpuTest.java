package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a machine without a GPU answers to somebody who asks for one. */
class GpuTest {

    /** Tests about a machine without a driver are skipped where there is one. */
    private static void withoutDriver() {
        try {
            Engine.devices();
            assumeTrue(false, "this machine has a GPU");
        } catch (DeviceException e) {
            assumeTrue(String.valueOf(e.getMessage()).contains("no NVIDIA driver"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat -ngl all",
                "chat -ngl auto",
                "run -p a -ngl 3",
                "run -p a -ngl all -sm none",
                "run -p a -ngl all --vram-reserve 512M",
                "run -p a -ngl all --gpu-gemm cublas",
                "logits --tokens 1 -ngl all",
                "bench -p 1 -n 1 -r 1 -ngl all",
                "perplexity -f pom.xml -ngl all",
                "gpu-selftest",
                "gpu-selftest -mg 1 --size 1M",
                "--list-devices"
            })
    void saysThatThereIsNoDriverAndHowToGoOn(String line) {
        withoutDriver();
        TestConsole console = new TestConsole("");

        int code = console.run(line.split(" ", -1));

        assertThat(console.err())
                .contains("there is no NVIDIA driver on this machine (libcuda.so.1 is not found)")
                .contains("without -ngl the model runs on the processor")
                .hasLineCount(1);
        assertThat(console.out()).isEmpty();
        assertThat(code).isEqualTo(1);
    }

    @Test
    void zeroLayersAskForNoDriver() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("run", "-p", "Hi", "-n", "2", "--temp", "0", "-ngl", "0"))
                .isZero();
        assertThat(console.out()).isNotBlank();
    }
}
