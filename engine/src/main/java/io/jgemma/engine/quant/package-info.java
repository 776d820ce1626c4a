/**
 * Quantization types of GGUF tensors: block sizes, exact scalar decoding and reference encoding, one file per type.
 *
 * <p>Imports nothing of the engine; every other package may import it.
 */
@NullMarked
package io.jgemma.engine.quant;

import org.jspecify.annotations.NullMarked;
