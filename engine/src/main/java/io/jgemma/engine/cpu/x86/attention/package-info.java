/**
 * Attention: scores, softmax and weighted values, over rows of floats and over quantized tiles.
 */
@NullMarked
package io.jgemma.engine.cpu.x86.attention;

import org.jspecify.annotations.NullMarked;
