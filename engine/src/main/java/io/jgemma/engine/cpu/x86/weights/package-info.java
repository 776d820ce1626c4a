/**
 * Quantized formats as the kernels read them, activations rounded for them, and products of few rows of activations with rows of weights as mapped.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.weights;

import org.jspecify.annotations.NullMarked;
