/**
 * Kernels whose machine code is assembled when the engine starts: an encoder for the instructions used, memory to run
 * code from, what the processor can do, and one class per family of kernels. Imports {@code cpu}, {@code cpu.vector},
 * {@code quant}, {@code spec}.
 */
@NullMarked
package io.jgemma.engine.cpu.x86;

import org.jspecify.annotations.NullMarked;
