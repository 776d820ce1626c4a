package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.models.MixedStepsContract;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Steps of several sequences on stand-in GPUs: one, and two with layers split between them. */
@OnStandIn
final class CudaMixedStepsTest extends MixedStepsContract {
    private @Nullable StandIn standIn;

    @Override
    protected List<String> ways() {
        return List.of("devices=1", "devices=2 races=0 peer=0 streams=random seed=3");
    }

    @Override
    protected List<Backend> open(String way) {
        standIn = StandIn.begin(way);
        return IntStream.range(0, way.charAt("devices=".length()) - '0')
                .mapToObj(device -> (Backend) CudaBackend.open(CudaDrivers.open(), device, Gemm.KERNELS))
                .toList();
    }

    @AfterEach
    void nothingWasFoundWrong() {
        if (standIn != null) {
            assertThat(standIn.faults()).isEmpty();
        }
    }
}
