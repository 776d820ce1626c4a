package io.jgemma.models;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.jgemma.engine.TestModels;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tower on the CPU's kernel sets, and in its true shape where {@code tools/vision-reference.py} has written it. */
final class VisionTowerTest extends VisionTowerContract {

    @Override
    protected List<String> ways() {
        return List.of("auto", "fast", "vector", "scalar");
    }

    @Override
    protected Backend open(String way) {
        return CpuBackend.open(KernelSet.of(way), 2);
    }

    /** 896 x 896 pixels, patches of 14, rows of 1152, 16 heads; {@code $JGEMMA_MODELS/vision-4} and {@code vision-27}. */
    @ParameterizedTest
    @EnabledIfSystemProperty(named = "jgemma.long", matches = "true")
    @CsvSource({
        "vision-4, f32, 0.9999, 0.01",
        "vision-4, f16, 0.9999, 0.01",
        "vision-4, q8_0, 0.999, 0.05",
        "vision-27, f32, 0.9999, 0.01",
        "vision-27, f16, 0.9999, 0.01",
        "vision-27, q8_0, 0.999, 0.05"
    })
    void rowsOfTheTrueShapeAreTransformers(String name, String type, double cosine, double error) throws IOException {
        Optional<Path> found = TestModels.cached(name);
        assumeThat(found).as("the folder that tools/vision-reference.py writes").isPresent();
        Path projector = found.orElseThrow().resolve("projector-" + type + ".gguf");
        try (Backend backend = open("auto")) {
            rowsAreTransformers(backend, projector, cosine, error);
        }
    }
}
