package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.models.VisionTowerContract;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The vision tower on stand-in GPUs: the first, and the second of two. */
@OnStandIn
final class CudaVisionTest extends VisionTowerContract {
    private static final long TOKENS = 4;
    private static final long OUTPUTS = 256;

    private @Nullable StandIn standIn;

    @Override
    protected List<String> ways() {
        return List.of("devices=1", "devices=2 streams=random seed=5");
    }

    @Override
    protected Backend open(String way) {
        standIn = StandIn.begin(way);
        return CudaBackend.open(CudaDrivers.open(), way.charAt("devices=".length()) - '1', Gemm.KERNELS);
    }

    @Override
    protected void encoded(String way, String type) {
        StandIn driver = standIn;
        assertThat(driver).isNotNull();
        assertThat(driver.faults()).isEmpty();
        JsonNode report = driver.report();
        assertThat(report.get("copied").get("deviceToHost").asLong())
                .as("rows of one picture and of three")
                .isEqualTo(4 * TOKENS * OUTPUTS * Float.BYTES);
        // Attention is on no tensor cores. At 16 patches it is a small share; at 4,096 it is a third of all.
        if (type.equals("F16")) {
            assertThat(CountersPage.tensorShare(report)).isGreaterThan(0.95);
        }
    }
}
