package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;

/** One way to multiply rows of activations with weights of some types; see the methods of {@link io.jgemma.engine.cpu.CpuKernels}. */
sealed interface Products permits X86BlockRows, X86Rows, X86Groups, X86Panels, X86WidePanels, X86Dots {

    /** Bytes of weights that stay in the second-level cache while several rows of activations pass. */
    long RESIDENT_BYTES = 128 * 1024;

    /** Whether weights of a type are multiplied this way. */
    boolean handles(QuantType type);

    /** See {@link io.jgemma.engine.cpu.CpuKernels#prepared}. */
    Operand prepared(QuantType weights, Operand x, Scratch scratch);

    /** See {@link io.jgemma.engine.cpu.CpuKernels#prepare}. */
    void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch);

    /** See {@link io.jgemma.engine.cpu.CpuKernels#matmul}. */
    void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch);
}
