package io.jgemma.models;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.x86.X86Support;
import java.util.List;

/** Every architecture on every set of CPU kernels that can run here. */
final class ArchitectureContractTest extends ArchitectureContract {

    @Override
    protected List<String> ways() {
        return X86Support.find().isPresent() ? List.of("scalar", "vector", "x86") : List.of("scalar", "vector");
    }

    @Override
    protected EngineOptions running(EngineOptions options, String way) {
        return options.withKernels(KernelSet.of(way)).withThreads(2);
    }

    @Override
    protected int sharedTokens(int goldenTokens) {
        return goldenTokens - 5;
    }
}
