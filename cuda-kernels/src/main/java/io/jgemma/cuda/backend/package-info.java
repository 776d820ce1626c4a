/**
 * The engine's backend over CUDA: one device, its memory, the operations. Imports {@code io.jgemma.cuda}, its
 * {@code kernels}, and the engine's {@code backend}, {@code tensor}, {@code quant}, {@code spec} and {@code gguf}.
 */
@NullMarked
package io.jgemma.cuda.backend;

import org.jspecify.annotations.NullMarked;
