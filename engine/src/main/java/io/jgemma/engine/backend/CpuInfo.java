package io.jgemma.engine.backend;

import java.util.List;

/**
 * What the CPU's kernels are, and why.
 *
 * @param instructions sets of instructions that kernels are assembled for and that processor and system have, e.g. {@code "AVX2"}
 * @param processors logical processors that the process may use
 * @param threads threads that compute unless told otherwise: the physical cores
 * @param kernels what {@link KernelSet#AUTO} computes with
 * @param reason why it is these kernels
 */
public record CpuInfo(List<String> instructions, int processors, int threads, String kernels, String reason) {

    /** Copies the list. */
    public CpuInfo {
        instructions = List.copyOf(instructions);
    }
}
