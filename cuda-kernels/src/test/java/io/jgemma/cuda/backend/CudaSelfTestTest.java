package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.cuda.kernels.KernelImages;
import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.selftest.SelfTestOptions;
import io.jgemma.engine.selftest.SelfTestResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The self-test passes on the stand-in, launches every kernel, and fails when a kernel does. */
@OnStandIn
class CudaSelfTestTest {
    private static final SelfTestOptions ALL = new SelfTestOptions(16 << 10, 1, "", Gemm.KERNELS);
    private static final Set<String> FOR_CUBLAS = Set.of("jg_half_weights", "jg_half_rows", "jg_scale_rows");
    private static final SelfTestOptions ROPE = new SelfTestOptions(16 << 10, 1, "rope", Gemm.KERNELS);

    @Test
    void everyKernelIsComparedAndTimed() {
        StandIn standIn = StandIn.begin("devices=2");
        List<SelfTestResult> results = new ArrayList<>();
        boolean passed = Engine.selfTest(1, ALL, results::add);
        assertThat(results)
                .hasSizeGreaterThan(50)
                .allSatisfy(result ->
                        assertThat(result.failure()).as(result.operation()).isEmpty());
        assertThat(results).allMatch(SelfTestResult::passed);
        assertThat(passed).isTrue();
        assertThat(results).anyMatch(result -> result.bytesPerSecond() > 0);
        assertThat(standIn.faults()).isEmpty();
        assertThat(launched(standIn)).isEqualTo(shipped());
        assertThat(standIn.report().get("devices").get(1).get("used").asLong()).isZero();
    }

    private static Set<String> launched(StandIn standIn) {
        Set<String> names = new HashSet<>();
        standIn.report().get("kernels").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Every entry of the PTX that ships, without those for cuBLAS, which {@link CublasTest} launches. */
    private static Set<String> shipped() {
        Pattern entry = Pattern.compile("\\.entry (\\w+)");
        return KernelImages.NAMES.stream()
                .map(name ->
                        new String(KernelImages.text(name, KernelImages.targetFor(86, "GPU")), StandardCharsets.UTF_8))
                .flatMap(ptx -> entry.matcher(ptx).results())
                .map(match -> match.group(1))
                .filter(name -> !FOR_CUBLAS.contains(name))
                .collect(Collectors.toSet());
    }

    @Test
    void aFaultFailsOneOperationAndTheRestIsTested() {
        StandIn standIn = StandIn.begin("failLaunch=1 failLaunchWith=700");
        List<SelfTestResult> results = new ArrayList<>();
        assertThat(Engine.selfTest(0, ROPE, results::add)).isFalse();
        assertThat(results).hasSize(2);
        assertThat(results.getFirst().passed()).isFalse();
        assertThat(results.getFirst().failure()).contains("CUDA_ERROR_ILLEGAL_ADDRESS");
        assertThat(results.subList(1, results.size())).allMatch(SelfTestResult::passed);
        JsonNode devices = standIn.report().get("devices");
        assertThat(devices.get(0).get("used").asLong()).isZero();
    }

    @Test
    void aDeviceThatIsNotThereIsAnError() {
        StandIn.begin("");
        List<SelfTestResult> results = new ArrayList<>();
        assertThat(Engine.selfTest(3, ROPE, results::add)).isFalse();
        assertThat(results).allSatisfy(result -> assertThat(result.failure()).contains("CUDA_ERROR_INVALID_DEVICE"));
        assertThatThrownBy(() -> {
                    StandIn.begin("devices=0");
                    Engine.devices();
                })
                .isInstanceOf(DeviceException.class);
    }
}
