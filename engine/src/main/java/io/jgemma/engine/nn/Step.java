package io.jgemma.engine.nn;

import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/**
 * One pass through a model: rows of one or more sequences. Prefill, decode and several users are the same thing.
 *
 * @param tokens token id of each row; what stands for a row of {@code embedded} is not read
 * @param positions position of each row in its sequence
 * @param spans which rows belong to which sequence
 * @param logitRows rows whose logits are wanted, ascending
 * @param embedded rows that are no tokens
 * @param tap shown intermediate results; {@link Tap#NONE} when nobody looks
 */
public record Step(
        int[] tokens, int[] positions, List<KvSpan> spans, int[] logitRows, List<EmbeddedRows> embedded, Tap tap) {

    /** Sees intermediate results, so that they can be compared with another engine's. */
    @FunctionalInterface
    public interface Tap {
        /** Looks at nothing. */
        Tap NONE = (name, layer, value) -> {};

        /**
         * A result is there.
         *
         * @param name as in other engines' graphs, e.g. {@code "attn_norm"}
         * @param layer index of the layer, -1 outside of layers
         * @param value F32 [rows, ...], valid during the call
         */
        void see(String name, int layer, Tensor value);
    }

    public Step {
        spans = List.copyOf(spans);
        embedded = List.copyOf(embedded);
        if (tokens.length != positions.length || tokens.length == 0) {
            throw new IllegalArgumentException(
                    tokens.length + " tokens and " + positions.length + " positions do not make a step");
        }
    }

    /** A step of tokens that nobody looks into. */
    public static Step of(int[] tokens, int[] positions, List<KvSpan> spans, int[] logitRows) {
        return new Step(tokens, positions, spans, logitRows, List.of(), Tap.NONE);
    }

    /** Number of rows. */
    public int rows() {
        return tokens.length;
    }
}
