/**
 * Blocks that architectures are wired from. Each holds its weights and working buffers and does its part of a
 * {@link io.jgemma.engine.nn.Step}. Imports {@code memory},
 * {@code quant}, {@code tensor}, {@code spec} and {@code backend}.
 */
@NullMarked
package io.jgemma.engine.nn;

import org.jspecify.annotations.NullMarked;
