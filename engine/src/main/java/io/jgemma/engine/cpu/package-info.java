/**
 * The CPU backend: splits operations over a pool of threads and runs them with one of its sets of kernels. The scalar
 * set here is the reference for the others. Imports {@code quant}, {@code tensor}, {@code gguf}, {@code spec},
 * {@code backend}.
 */
@NullMarked
package io.jgemma.engine.cpu;

import org.jspecify.annotations.NullMarked;
