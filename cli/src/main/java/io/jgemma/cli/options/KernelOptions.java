package io.jgemma.cli.options;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.backend.KernelSet;
import picocli.CommandLine.Option;

/** Which kernels the CPU computes with. */
public final class KernelOptions {

    @Option(
            names = "--cpu-kernels",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "CPU kernels: auto, fast (activations rounded to 8 bits instead of 16), x86 (avx2, avx-vnni "
                    + "and avx512-vnni use no later instructions, nor do avx2-fast and avx-vnni-fast), vector or scalar. "
                    + "Default: ${DEFAULT-VALUE}.")
    private KernelSet kernels = KernelSet.AUTO;

    /** {@code options} with them. */
    public EngineOptions applyTo(EngineOptions options) {
        return options.withKernels(kernels);
    }
}
