package io.jgemma.models;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import java.util.List;
import java.util.stream.Stream;

/** Steps of several sequences on the CPU, and with layers on two backends. */
final class MixedStepsTest extends MixedStepsContract {

    @Override
    protected List<String> ways() {
        return List.of("auto", "vector auto");
    }

    @Override
    protected List<Backend> open(String way) {
        return Stream.of(way.split(" "))
                .map(set -> (Backend) CpuBackend.open(KernelSet.of(set), 2))
                .toList();
    }
}
