package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;

/** One way to multiply rows of activations with weights of some types; see the methods of {@link io.jgemma.engine.cpu.kernel.CpuKernels}. */
public interface Products {

    /** Bytes of weights that stay in the second-level cache while several rows of activations pass. */
    long RESIDENT_BYTES = 128 * 1024;

    /** Whether weights of a type are multiplied this way. */
    boolean handles(QuantType type);

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#prepared}. */
    Operand prepared(QuantType weights, Operand x, Scratch scratch);

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#prepare}. */
    void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch);

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#matmul}. */
    void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch);
}
