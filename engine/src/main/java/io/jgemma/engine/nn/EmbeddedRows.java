package io.jgemma.engine.nn;

import java.lang.foreign.MemorySegment;

/**
 * Rows of a step that are no tokens: their embeddings take the place of the lookup.
 *
 * @param firstRow the first of them within the step
 * @param values F32 [rows, hidden], in the scale of the residual stream: no factor is applied
 */
public record EmbeddedRows(int firstRow, MemorySegment values) {}
