package io.jgemma.engine.backend;

/** Who multiplies many rows by a matrix on a device. Few rows are always multiplied by jgemma's kernels. */
public enum Gemm {
    /** jgemma's kernels, which take quantized weights as they are. */
    KERNELS,

    /** NVIDIA's cuBLAS, with weights decoded to F16 on the way, for comparison. It has to be installed. */
    CUBLAS
}
