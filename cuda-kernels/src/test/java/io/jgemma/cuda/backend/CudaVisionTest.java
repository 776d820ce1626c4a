package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.models.VisionTowerContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The vision tower on stand-in GPUs: the first, and the second of two. */
@OnStandIn
final class CudaVisionTest extends VisionTowerContract {
    private static final long TOKENS = 4;
    private static final long OUTPUTS = 256;
    private static final double TENSOR_SHARE = 0.95;

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
        if (type.equals("F16")) {
            assertThat(CountersPage.tensorShare(report)).isGreaterThan(TENSOR_SHARE);
            assertThat(report.get("kernels").has("jg_attend"))
                    .as("attention in F32")
                    .isFalse();
        }
    }

    /** One block at 896 x 896 pixels: {@code $JGEMMA_MODELS/vision-1}. */
    @Test
    @EnabledIfSystemProperty(named = "jgemma.long", matches = "true")
    void tensorCoresMultiplyAtTheTrueShape() throws IOException {
        Optional<Path> found = TestModels.cached("vision-1");
        assumeThat(found).as("the folder that tools/vision-reference.py writes").isPresent();
        JsonNode report;
        try (Backend backend = open(ways().getFirst())) {
            rowsAreTransformers(backend, found.orElseThrow().resolve("projector-f16.gguf"), 0.9999, 0.01);
            report = Objects.requireNonNull(standIn).report();
        }
        System.out.printf("share of tensor cores %.4f%n", CountersPage.tensorShare(report));
        assertThat(CountersPage.tensorShare(report)).isGreaterThan(TENSOR_SHARE);
    }
}
