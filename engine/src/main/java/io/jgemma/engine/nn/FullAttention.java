package io.jgemma.engine.nn;

import io.jgemma.engine.backend.KvLayer;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.backend.PageTable;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Attention without a mask: the rows of a group all see each other and nothing else. It is {@link Ops#attend} over rows that all
 * came with one pass, so that nothing is ever read from pages. Keys and values are rounded to F16, because tensor cores multiply no
 * larger type at full speed.
 */
public final class FullAttention {

    private static final PageTable NO_PAGES = new PageTable() {
        @Override
        public Buffer page(int index) {
            throw new IllegalStateException("no keys are stored");
        }

        @Override
        public int tailStart() {
            return 0;
        }

        @Override
        public Buffer recentTile(int index) {
            throw new IllegalStateException("no keys are stored");
        }
    };

    private final Ops ops;
    private final KvLayer layer;
    private final float scale;

    /**
     * Attention.
     *
     * @param heads heads of queries, keys and values alike
     * @param headDim elements of a head
     */
    public FullAttention(Ops ops, int heads, int headDim) {
        this.ops = ops;
        layer = new KvLayer(KvLayout.of(1, heads, headDim, headDim, QuantTypes.F16, QuantTypes.F16, 0), 0, 0);
        scale = (float) (1 / Math.sqrt(headDim));
    }

    /** Groups of rows, one behind the other, for {@link #apply}. */
    public static List<KvSpan> groups(int count, int rows) {
        List<KvSpan> spans = new ArrayList<>();
        int[] ends = new int[rows];
        Arrays.fill(ends, rows);
        for (int i = 0; i < count; i++) {
            spans.add(new KvSpan(i * rows, rows, 0, List.of(NO_PAGES), ends));
        }
        return spans;
    }

    /**
     * {@code y = softmax(q k^T / sqrt(headDim)) v} within each group, head by head.
     *
     * @param y F32 [rows, heads * headDim]; {@code q}, {@code k} and {@code v} accordingly; {@code k} and {@code v} are rounded to F16
     */
    public void apply(Tensor y, Tensor q, Tensor k, Tensor v, List<KvSpan> groups) {
        ops.attend(y, layer, groups, q, k, v, scale);
    }
}
