/**
 * What a processor must offer to run a model: memory, and some sixteen operations on tensors. Knows no model and no
 * kernel. Imports {@code quant}, {@code tensor}, {@code gguf} and {@code spec}.
 */
@NullMarked
package io.jgemma.engine.backend;

import org.jspecify.annotations.NullMarked;
