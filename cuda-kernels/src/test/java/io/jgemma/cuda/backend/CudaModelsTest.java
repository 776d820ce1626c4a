package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole models on the stand-in answer as on the CPU, and leave nothing on the device. */
@OnStandIn
class CudaModelsTest {

    private static final String PROMPT =
            "<start_of_turn>user\nHello, who are you?<end_of_turn>\n<start_of_turn>model\n";

    static GenerationResult answer(EngineOptions options, int tokens) {
        GenerationRequest request = GenerationRequest.of(new Prompt.Text(PROMPT))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(tokens);
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            return session.generate(request, event -> {});
        }
    }

    static void checkLikeCpu(EngineOptions options, Offload offload, int tokens) {
        GenerationResult expected = answer(options, tokens);
        GenerationResult got = answer(options.withOffload(offload), tokens);
        assertThat(got.text()).isEqualTo(expected.text()).isNotBlank();
        assertThat(got.ids()).isEqualTo(expected.ids());
    }

    static void assertNothingIsLeft(StandIn standIn) {
        JsonNode report = standIn.report();
        for (JsonNode device : report.get("devices")) {
            assertThat(device.get("used").asLong())
                    .as("bytes of a device in use")
                    .isZero();
        }
        report.get("open")
                .forEachEntry(
                        (what, count) -> assertThat(count.asInt()).as(what).isZero());
        assertThat(standIn.faults()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "devices=1, F16, F16, 2147483647",
        "devices=1 streams=random, Q4_0, Q4_0, 2147483647",
        "devices=2 streams=random, Q8_0, F16, 2147483647",
        "devices=1 capability=75, F32, BF16, 2147483647",
        "devices=1, F16, F16, 3",
        "devices=2 peer=0, F16, F16, -1"
    })
    void demoModelAnswersAsOnTheCpu(String settings, String keyType, String valueType, int layers) {
        StandIn standIn = StandIn.begin(settings);
        QuantType key = QuantTypes.find(keyType).orElseThrow();
        QuantType value = QuantTypes.find(valueType).orElseThrow();
        EngineOptions options = EngineOptions.embedded().withKvTypes(key, value).withContextTokens(512);
        checkLikeCpu(options, Offload.of(layers), 24);
        assertThat(standIn.report().get("launches").asInt()).isGreaterThan(100);
        assertNothingIsLeft(standIn);
    }

    /** Real weights, where they are. */
    @Test
    void realModelAnswersAsOnTheCpu() {
        Optional<Path> file = TestModels.find("gemma-3-270m-q4_0.gguf");
        assumeThat(file).as("gemma-3-270m-q4_0.gguf, see TestModels").isPresent();
        StandIn standIn = StandIn.begin("");
        checkLikeCpu(EngineOptions.of(file.orElseThrow()).withContextTokens(256), Offload.of(Offload.ALL), 8);
        assertNothingIsLeft(standIn);
    }

    @Test
    void devicesAreListedWithTheirMemory() {
        StandIn.begin("devices=2 memory=1073741824 capability=86");
        assertThat(Engine.devices()).hasSize(2).allSatisfy(device -> {
            assertThat(device.kind()).isEqualTo("CUDA 8.6");
            assertThat(device.totalBytes()).isEqualTo(1L << 30);
        });
        assertThat(Engine.devices()).extracting(DeviceInfo::number).containsExactly(0, 1);
    }
}
