package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is planned from a header is what an engine takes, within 2%, for the embedded model and all models that are here. */
class MemoryEstimateTest {
    private static final int CONTEXT = 256;
    private static final double PERCENT = 2;

    /** Larger files are left to long runs. */
    private static final long USUAL_BYTES = Boolean.getBoolean("jgemma.long") ? Long.MAX_VALUE : 200L << 20;

    static Stream<Optional<Path>> models() {
        List<Optional<Path>> all = new ArrayList<>(List.of(Optional.empty()));
        TestModels.all().stream()
                .filter(MemoryEstimateTest::isModel)
                .map(Optional::of)
                .forEach(all::add);
        return all.stream();
    }

    private static boolean isModel(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            Engine.specOf(file);
            return Files.size(path) <= USUAL_BYTES
                    && file.find("blk.0.attn_q.weight").isPresent();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void isWhatIsTaken(Optional<Path> model) {
        check(model, QuantTypes.F16);
        check(model, QuantTypes.Q4_0);
    }

    private static void check(Optional<Path> model, QuantType type) {
        EngineOptions options = model.map(EngineOptions::of)
                .orElseGet(EngineOptions::embedded)
                .withContextTokens(CONTEXT)
                .withKvTypes(type, type);
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            session.evaluate(new int[CONTEXT], i -> i == CONTEXT - 1, (i, logits) -> {});
            MemoryUse taken = engine.memory();
            MemoryPlan plan = MemoryEstimate.of(engine.file(), options);

            assertThat(plan.weightsBytes()).isCloseTo(taken.weightsBytes(), withinPercentage(PERCENT));
            assertThat(taken.copiedBytes()).isLessThanOrEqualTo((long) (plan.weightsBytes() * (1 + PERCENT / 100)));
            assertThat(plan.kvBytes()).isCloseTo(taken.kvBytes(), withinPercentage(PERCENT));
            assertThat(plan.bufferBytes()).isCloseTo(taken.bufferBytes(), withinPercentage(PERCENT));
            assertThat(plan.readTokenBytes()).isLessThanOrEqualTo(plan.weightsBytes());
        }
    }
}
