package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.tensor.Tensor;
import java.util.Arrays;

/** Token ids to rows of the residual stream; rows that are no tokens come as they are. */
public final class Embedding {

    private final Backend backend;
    private final Tensor table;
    private final float scale;

    /**
     * An embedding.
     *
     * @param table any type [vocabulary, hidden]
     * @param scale factor on each row (Gemma: the square root of hidden)
     */
    public Embedding(Backend backend, Tensor table, float scale) {
        this.backend = backend;
        this.table = table;
        this.scale = scale;
    }

    /** Writes the rows' embeddings to {@code x}, F32 [rows, hidden]. */
    public void apply(Tensor x, Step step) {
        if (step.embedded().isEmpty()) {
            backend.ops().embed(x, table, step.tokens(), scale);
            return;
        }
        int[] tokens = step.tokens().clone();
        for (EmbeddedRows rows : step.embedded()) {
            Arrays.fill(tokens, rows.firstRow(), rows.firstRow() + count(x, rows), 0);
        }
        backend.ops().embed(x, table, tokens, scale);
        for (EmbeddedRows rows : step.embedded()) {
            backend.write(x.buffer(), x.offsetBytes() + rows.firstRow() * x.rowBytes(), rows.values());
        }
    }

    private static int count(Tensor x, EmbeddedRows rows) {
        long bytes = rows.values().byteSize();
        if (bytes % x.rowBytes() != 0 || rows.firstRow() < 0 || bytes / x.rowBytes() > x.rows() - rows.firstRow()) {
            throw new IllegalArgumentException(bytes + " bytes of embeddings from row " + rows.firstRow()
                    + " on are not rows of " + x.columns() + " numbers within the " + x.rows() + " of the step");
        }
        return Math.toIntExact(bytes / x.rowBytes());
    }
}
