package io.jgemma.cuda.backend;

import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.plan.Offload;
import io.jgemma.models.ArchitectureContract;
import java.util.List;

/**
 * Every architecture on stand-in GPUs: one, and two with layers split between them, with and without peer access; streams that
 * work when something waits for them, and at any moment.
 */
@OnStandIn
final class CudaArchitecturesTest extends ArchitectureContract {

    @Override
    protected List<String> ways() {
        return List.of(
                "devices=1",
                // The first way has looked for races within kernels.
                "devices=2 races=0 streams=random",
                "devices=2 races=0 peer=0 streams=random seed=2");
    }

    @Override
    protected EngineOptions running(EngineOptions options, String way) {
        StandIn.begin(way);
        return options.withOffload(Offload.of(Offload.ALL)).withThreads(1);
    }
}
