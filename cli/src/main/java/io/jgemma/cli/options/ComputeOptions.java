package io.jgemma.cli.options;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.plan.Offload;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What computes, and with which kernels. */
public final class ComputeOptions {

    @Option(
            names = {"-fa", "--flash-attn"},
            paramLabel = "on|auto",
            defaultValue = "auto",
            converter = FlashAttention.Converter.class,
            preprocessor = FlashAttention.OptionalValue.class,
            description = "Flash attention. It is always on: there is no other kind here.")
    private FlashAttention flashAttention = FlashAttention.AUTO;

    @Option(
            names = "--cpu-kernels",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "CPU kernels: auto, fast (activations rounded to 8 bits instead of 16), x86 (avx2, avx-vnni "
                    + "and avx512-vnni use no later instructions, nor do avx2-fast and avx-vnni-fast), vector or scalar. "
                    + "Default: ${DEFAULT-VALUE}.")
    private KernelSet kernels = KernelSet.AUTO;

    @Option(
            names = "--no-mmap",
            description =
                    "Read the model into memory of its own instead of mapping its file, which others may then cut or"
                            + " rewrite: more memory and a slower start.")
    private boolean noMmap;

    @Option(
            names = "--no-repack",
            description = "Use all weights where the file is mapped: less memory and a faster start, slower answers.")
    private boolean noRepack;

    @Mixin
    private GpuOptions gpu = new GpuOptions();

    /** What was asked of flash attention; either way it is on. */
    public FlashAttention flashAttention() {
        return flashAttention;
    }

    /** Which layers run on GPUs. */
    public Offload offload() {
        return gpu.offload();
    }

    /** Whether the model's file is mapped; else it is copied into memory. */
    public boolean mapped() {
        return !noMmap;
    }

    /** Whether weights are copied where another order than the file's is faster. */
    public boolean repack() {
        return !noRepack;
    }

    /** CPU kernels. */
    public KernelSet kernels() {
        return kernels;
    }
}
