/**
 * The CPU backend: splits operations over a pool of threads and runs them with one of its kernel sets, {@code cpu.kernel}'s scalar one,
 * {@code cpu.vector} or {@code cpu.x86}. Imports these, {@code memory}, {@code platform}, {@code quant}, {@code tensor}, {@code gguf}, {@code spec},
 * {@code backend} and {@code thread}.
 */
@NullMarked
package io.jgemma.engine.cpu;

import org.jspecify.annotations.NullMarked;
