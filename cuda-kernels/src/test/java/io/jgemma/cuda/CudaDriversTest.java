package io.jgemma.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Machines without a driver, with an old one, without a device. */
@OnStandIn
class CudaDriversTest {
    @Test
    void saysInOneSentenceThatThereIsNoDriver() {
        assertThatThrownBy(() -> CudaDrivers.open("libcuda-of-no-machine.so.1"))
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessage("there is no NVIDIA driver on this machine (libcuda-of-no-machine.so.1 is not found);"
                        + " without -ngl the model runs on the processor");
    }

    @Test
    void refusesAnOldDriverAndAMachineWithoutDevices() {
        StandIn.begin("driver=11080");
        assertThatThrownBy(CudaDrivers::open)
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessageContaining("supports CUDA 11.8, 12.0 is needed");
        StandIn.begin("devices=0");
        assertThatThrownBy(CudaDrivers::open)
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessageContaining("no GPU it could use");
    }

    @Test
    void refusesALibraryThatLacksEntries() {
        StandIn.begin("");
        assertThatThrownBy(() -> CudaDrivers.open("libc.so.6"))
                .isInstanceOf(CudaUnavailableException.class)
                .hasMessageContaining("it lacks cuInit");
    }

    @Test
    void describesDevices() {
        StandIn.begin("devices=2 capability=86 driver=12040");
        try (CudaDriver driver = CudaDrivers.open()) {
            assertThat(driver.version()).isEqualTo(12040);
            assertThat(driver.deviceCount()).isEqualTo(2);
            assertThat(driver.deviceName(1)).isEqualTo("stand-in GPU 1");
            assertThat(driver.capability(1)).isEqualTo(86);
            assertThat(driver.canAccessPeer(0, 1)).isTrue();
            assertThatThrownBy(() -> driver.deviceName(2))
                    .isInstanceOf(CudaException.class)
                    .hasMessage("cuDeviceGet failed: CUDA_ERROR_INVALID_DEVICE (invalid device ordinal)");
        }
    }

    @Test
    void unpacksNativesWhereOnlyThisUserMayLook() {
        String library = NativesLoader.create().findLibrary("JCudaDriver-12.6.0-linux-x86_64");
        assertThat(library).isNotNull();
        Path folder = Path.of(library).getParent();
        assertThat(folder)
                .satisfies(f -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
                        .isEqualTo("rwx------"));
        assertThat(NativesLoader.create().findLibrary("NoSuchLibrary")).isNull();
    }

    @Test
    void refusesWhatCannotBeGivenToTheDriver() {
        try (Gpu gpu = Gpu.begin("");
                Arena arena = Arena.ofConfined()) {
            long x = gpu.driver.allocate(16);
            assertThatThrownBy(() -> gpu.driver.copyToDevice(x, MemorySegment.ofArray(new byte[16]), gpu.stream))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Java heap");
            assertThatThrownBy(() -> gpu.driver.destroyStream(99))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no stream 99");
            Arguments arguments = new Arguments(arena, 1).put(1f);
            assertThatThrownBy(() -> arguments.put(2)).isInstanceOf(IllegalStateException.class);
        }
    }
}
