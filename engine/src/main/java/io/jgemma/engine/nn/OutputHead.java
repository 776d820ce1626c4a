package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.tensor.Tensor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From the residual stream to logits, for the rows that want them. Logits of a large vocabulary are big (a megabyte a row
 * for Gemma), so they are made a few rows at a time.
 */
public final class OutputHead {

    /** The most rows of logits made at a time. */
    public static final int MAX_ROWS = 16;

    private final Ops ops;
    private final Norm norm;
    private final Linear output;
    private final float scale;
    private final Workspace.Rows wanted;
    private final Workspace.@Nullable Rows scaled;
    private final Workspace.Rows logits;
    private final Workspace.Growing greatest;
    private int count;

    /**
     * A head over [rows, hidden].
     *
     * @param scale factor on logits
     */
    public OutputHead(Ops ops, Norm norm, Linear output, float scale, int hidden, Workspace workspace) {
        this.ops = ops;
        greatest = workspace.growing();
        this.norm = norm;
        this.output = output;
        this.scale = scale;
        wanted = workspace.rows("head", hidden);
        scaled = scale == 1 ? null : workspace.rows("scaled head", Math.min(MAX_ROWS, workspace.maxRows()), hidden);
        logits = workspace.rows("logits", Math.min(MAX_ROWS, workspace.maxRows()), output.outputs());
    }

    /** Takes the wanted rows out of the residual stream {@code x}, F32 [rows, hidden]. */
    public void begin(Tensor x, Step step) {
        count = step.logitRows().length;
        if (count > 0) {
            Tensor rows = wanted.first(count);
            ops.gatherRows(rows, x, step.logitRows());
            norm.apply(rows, rows);
        }
    }

    /** The wanted rows behind the norm, F32 [wanted rows, hidden]; at least one was wanted. */
    public Tensor hidden() {
        return wanted.first(count);
    }

    /**
     * Logits of the wanted rows {@code first} to {@code first + rows}, exclusive, F32 [rows, vocabulary]; valid until the
     * next call.
     *
     * @param rows at most {@link #MAX_ROWS}
     */
    public Tensor logits(int first, int rows) {
        Tensor y = logits.first(rows);
        output.apply(y, scaled == null ? wanted.first(count).slice(first, rows) : scaled(scaled.first(rows), first));
        return y;
    }

    /** Wanted rows times the factor on logits: scaling {@code hidden} numbers costs less than scaling the vocabulary's. */
    private Tensor scaled(Tensor rows, int first) {
        int[] from =
                IntStream.range(first, first + Math.toIntExact(rows.rows())).toArray();
        ops.embed(rows, wanted.first(count), from, scale);
        return rows;
    }

    /**
     * The k greatest logits of each row, F32 [rows, 2 k] as {@link Ops#greatest} leaves them; valid until the next call.
     *
     * @param rows from {@link #logits}
     */
    public Tensor greatest(Tensor rows, int k) {
        Tensor y = greatest.of(Math.toIntExact(rows.rows()), 2 * k);
        ops.greatest(y, rows);
        return y;
    }
}
