package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.sample.SamplerOptions;
import org.junit.jupiter.api.Test;

/**
 * Two devices share the layers of a prompt: while the second one computes its layers of some rows, the first one goes on with
 * the next rows, because the host waits for neither.
 */
@OnStandIn
class CudaPipelineTest {
    private static final int ROWS = 16;
    private static final int MICRO_BATCHES = 12;
    private static final String TEXT = "The river runs past the old mill and down to the sea. ".repeat(12);

    @Test
    void theFirstDeviceRunsAheadOfTheSecond() {
        StandIn standIn = StandIn.begin("devices=2 streams=random");
        EngineOptions options =
                EngineOptions.embedded().withContextTokens(512).withBatchTokens(ROWS * MICRO_BATCHES, ROWS);
        int[] expected = answer(options);
        try (Engine engine = Engine.open(options.withOffload(Offload.of(Offload.ALL)));
                Session session = engine.newSession()) {
            int[] ids = session.generate(request(), event -> {}).ids();
            assertThat(ids).isEqualTo(expected);
            long launches = standIn.report().get("launches").asLong();
            // Half of all are the first device's; the first rows and the last have nothing beside them.
            assertThat(standIn.report().get("launchesAhead").asLong()).isGreaterThan(launches / 4);
        }
        assertThat(standIn.faults()).isEmpty();
    }

    private static int[] answer(EngineOptions options) {
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            return session.generate(request(), event -> {}).ids();
        }
    }

    private static GenerationRequest request() {
        return GenerationRequest.of(new Prompt.Text(TEXT))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(1);
    }
}
