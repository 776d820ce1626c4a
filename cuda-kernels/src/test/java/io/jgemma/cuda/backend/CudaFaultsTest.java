package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.GenerationRequest;
import io.jgemma.engine.Offload;
import io.jgemma.engine.Prompt;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.sample.SamplerOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls of the driver that fail while a model is loaded or answers: an error that names the device, no memory left on it, and
 * a process that goes on.
 */
@OnStandIn
class CudaFaultsTest {

    private static final Offload ALL = Offload.of(Offload.ALL);

    private static EngineOptions options() {
        return EngineOptions.embedded().withContextTokens(512);
    }

    private static int[] answer(Session session) {
        GenerationRequest request = GenerationRequest.of(new Prompt.Text("Hello"))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(6);
        return session.generate(request, event -> {}).ids();
    }

    /** Loads and answers; gives back what was thrown. */
    private static @Nullable DeviceException attempt(Offload offload) {
        try (Engine engine = Engine.open(options().withOffload(offload));
                Session session = engine.newSession()) {
            answer(session);
            return null;
        } catch (DeviceException e) {
            return e;
        }
    }

    private static void assertNothingIsLeft(StandIn standIn) {
        JsonNode report = standIn.report();
        for (JsonNode device : report.get("devices")) {
            assertThat(device.get("used").asLong())
                    .as("bytes of a device in use")
                    .isZero();
        }
        assertThat(report.get("open").get("contexts").asInt()).as("contexts").isZero();
    }

    /** Allocations in the order in which they are made: staging, weights, buffers, pages; the last are made while answering. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 20, 40, 60, 80, 90, 95, 100, 105, 108})
    void memoryThatIsNotThere(int allocation) {
        StandIn standIn = StandIn.begin("failAllocation=" + allocation);
        DeviceException failure = attempt(ALL);
        assertThat(failure).as("allocation %d", allocation).isNotNull();
        assertThat(String.valueOf(failure)).containsAnyOf("has no room for", "CUDA_ERROR_OUT_OF_MEMORY");
        assertNothingIsLeft(standIn);
        assertThat(attempt(ALL)).as("the next attempt").isNull();
    }

    /** Launches while the prompt is read and while tokens are generated, with the ways in which a device fails. */
    @ParameterizedTest
    @CsvSource({
        "1, 700, ILLEGAL_ADDRESS",
        "1, 719, LAUNCH_FAILED",
        "2, 701, LAUNCH_OUT_OF_RESOURCES",
        "10, 700, ILLEGAL_ADDRESS",
        "50, 719, LAUNCH_FAILED",
        "90, 716, MISALIGNED_ADDRESS",
        "150, 700, ILLEGAL_ADDRESS",
        "200, 719, LAUNCH_FAILED",
        "300, 716, MISALIGNED_ADDRESS",
        "400, 719, LAUNCH_FAILED",
        "500, 2, OUT_OF_MEMORY",
        "600, 700, ILLEGAL_ADDRESS"
    })
    void kernelsThatFail(int launch, int code, String name) {
        StandIn standIn = StandIn.begin("failLaunch=" + launch + " failLaunchWith=" + code);
        DeviceException failure = attempt(ALL);
        assertThat(failure).as("launch %d", launch).isNotNull();
        assertThat(String.valueOf(failure)).contains("on device 0", "CUDA_ERROR_" + name);
        assertNothingIsLeft(standIn);
        assertThat(attempt(ALL)).as("the next attempt").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams=lazy", "streams=random", "streams=eager"})
    void othersGoOnWhereADeviceIsLost(String streams) {
        StandIn standIn = StandIn.begin("devices=2 " + streams);
        Offload first = new Offload(Offload.ALL, false, 0, List.of());
        Offload second = new Offload(Offload.ALL, false, 1, List.of());
        try (Engine healthy = Engine.open(options().withOffload(second));
                Session session = healthy.newSession()) {
            int[] before = answer(session);
            standIn.order("failLaunch=40 failLaunchWith=700");
            assertThat(String.valueOf(attempt(first))).contains("CUDA_ERROR_ILLEGAL_ADDRESS");
            try (Session another = healthy.newSession()) {
                assertThat(answer(another)).isEqualTo(before);
            }
        }
        assertNothingIsLeft(standIn);
    }
}
