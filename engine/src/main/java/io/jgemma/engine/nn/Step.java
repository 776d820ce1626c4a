package io.jgemma.engine.nn;

import io.jgemma.engine.backend.KvSpan;
import java.util.List;

/**
 * One pass through a model: rows of one or more sequences. Prefill, decode and several users are the same thing.
 *
 * @param tokens token id of each row; what stands for a row of {@code embedded} is not read
 * @param positions position of each row in its sequence
 * @param spans which rows belong to which sequence
 * @param logitRows rows whose logits are wanted, ascending
 * @param embedded rows that are no tokens
 */
public record Step(int[] tokens, int[] positions, List<KvSpan> spans, int[] logitRows, List<EmbeddedRows> embedded) {

    public Step {
        spans = List.copyOf(spans);
        embedded = List.copyOf(embedded);
        if (tokens.length != positions.length || tokens.length == 0) {
            throw new IllegalArgumentException(
                    tokens.length + " tokens and " + positions.length + " positions do not make a step");
        }
    }

    /** A step of tokens. */
    public static Step of(int[] tokens, int[] positions, List<KvSpan> spans, int[] logitRows) {
        return new Step(tokens, positions, spans, logitRows, List.of());
    }

    /** Number of rows. */
    public int rows() {
        return tokens.length;
    }
}
