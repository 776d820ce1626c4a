/**
 * Reading of GGUF files: memory mapping, metadata, the tensor table and split files. Everything handed out has been
 * checked against the file first.
 *
 * <p>Imports {@code memory} and {@code quant}.
 */
@NullMarked
package io.jgemma.engine.gguf;

import org.jspecify.annotations.NullMarked;
