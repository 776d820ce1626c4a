package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.util.List;

/**
 * What {@link Ops} refuses, the same on every backend. Every method throws {@link IllegalArgumentException} when its
 * operands do not fit together, and does nothing otherwise.
 */
public final class OpChecks {

    private OpChecks() {}

    /** {@link Ops#embed}: shapes, and ids within the vocabulary. */
    public static void embed(Tensor y, Tensor table, int[] ids) {
        require(floats(y) && y.columns() == table.columns() && ids.length >= y.rows(), "embed", y, table);
        for (int r = 0; r < y.rows(); r++) {
            if (ids[r] < 0 || ids[r] >= table.rows()) {
                throw new IllegalArgumentException(
                        "token id " + ids[r] + " lies outside the vocabulary of " + table.rows() + " tokens");
            }
        }
    }

    /** {@link Ops#matmul}. */
    public static void matmul(Tensor y, Tensor w, Tensor x) {
        boolean fits = x.columns() == w.columns() && y.rows() == x.rows() && y.columns() == w.rows();
        require(fits && floats(y) && floats(x), "matmul", y, w, x);
    }

    /** {@link Ops#gatedMatmul}. */
    public static void gatedMatmul(Tensor y, Tensor scratch, Tensor gate, Tensor up, Tensor x) {
        matmul(y, gate, x);
        matmul(scratch, up, x);
        require(sameFloats(y, scratch), "gatedMatmul", y, scratch);
    }

    /** {@link Ops#addBias}. */
    public static void addBias(Tensor x, Tensor bias) {
        boolean fits = bias.rows() == 1 && bias.columns() == x.columns();
        require(fits && floats(x) && floats(bias), "addBias", x, bias);
    }

    /** {@link Ops#add}. */
    public static void add(Tensor x, Tensor h) {
        require(sameFloats(x, h), "add", x, h);
    }

    /** {@link Ops#rmsNorm}. */
    public static void rmsNorm(Tensor y, Tensor x, Tensor w) {
        boolean fits = sameFloats(y, x) && floats(w) && w.rows() == 1 && w.columns() == x.columns();
        require(fits, "rmsNorm", y, x, w);
    }

    /** {@link Ops#layerNorm}. */
    public static void layerNorm(Tensor y, Tensor x, Tensor w, Tensor bias) {
        boolean fits = sameFloats(y, x) && sameFloats(w, bias) && w.rows() == 1 && w.columns() == x.columns();
        require(fits, "layerNorm", y, x, w, bias);
    }

    /** {@link Ops#activate}. */
    public static void activate(Tensor x, Tensor bias) {
        boolean fits = bias.rows() == 1 && bias.columns() == x.columns();
        require(fits && floats(x) && floats(bias), "activate", x, bias);
    }

    /** {@link Ops#ropeTable}. */
    public static void ropeTable(Tensor table, RopeSpec rope, int[] positions) {
        boolean fits = table.columns() == rope.rotatedDims() && positions.length >= table.rows();
        require(fits && floats(table), "ropeTable", table);
    }

    /** {@link Ops#rope}. */
    public static void rope(Tensor x, Tensor table, int headDim) {
        boolean fits = x.rows() == table.rows() && x.columns() % headDim == 0 && table.columns() <= headDim;
        require(fits && floats(x) && floats(table), "rope", x, table);
    }

    /** {@link Ops#gate}. */
    public static void gate(Tensor y, Tensor gate, Tensor up) {
        require(sameFloats(y, gate) && sameFloats(y, up), "gate", y, gate, up);
    }

    /** {@link Ops#gatherRows}: shapes, and rows that are there. */
    public static void gatherRows(Tensor y, Tensor x, int[] rows) {
        boolean fits = y.columns() == x.columns() && rows.length >= y.rows();
        require(fits && floats(y) && floats(x), "gatherRows", y, x);
        for (int i = 0; i < y.rows(); i++) {
            if (rows[i] < 0 || rows[i] >= x.rows()) {
                throw new IllegalArgumentException("row " + rows[i] + " lies outside " + x.rows() + " rows");
            }
        }
    }

    /** {@link Ops#greatest}. */
    public static void greatest(Tensor y, Tensor x) {
        long k = y.columns() / 2;
        boolean fits = y.rows() == x.rows() && y.columns() % 2 == 0 && k >= 1 && k <= Ops.MOST_GREATEST;
        boolean enough = k <= x.columns() && x.columns() <= Ops.MOST_COLUMNS;
        require(fits && enough && floats(y) && floats(x), "greatest", y, x);
    }

    /** {@link Ops#attend}. */
    public static void attend(KvLayout layout, List<KvSpan> spans, Tensor y, Tensor q, Tensor k, Tensor v) {
        long queryHeads = q.columns() / layout.keyDim();
        boolean fits = q.columns() % layout.keyDim() == 0
                && queryHeads % layout.kvHeads() == 0
                && y.columns() == queryHeads * layout.valueDim()
                && y.rows() == q.rows()
                && k.rows() == q.rows();
        require(fits && floats(y) && floats(q), "attend", y, q, k);
        keysAndValues("attend", layout, spans, k, v);
    }

    /** {@link Ops#storeKv}. */
    public static void storeKv(KvLayout layout, List<KvSpan> spans, Tensor k, Tensor v) {
        keysAndValues("storeKv", layout, spans, k, v);
    }

    private static void keysAndValues(String operation, KvLayout layout, List<KvSpan> spans, Tensor k, Tensor v) {
        boolean fits = k.columns() == (long) layout.kvHeads() * layout.keyDim()
                && v.columns() == (long) layout.kvHeads() * layout.valueDim()
                && k.rows() == v.rows();
        require(fits && floats(k) && floats(v), operation, k, v);
        for (KvSpan span : spans) {
            if (span.firstRow() < 0 || span.rows() > k.rows() - span.firstRow()) {
                throw new IllegalArgumentException(operation + ": " + span.rows() + " rows from " + span.firstRow()
                        + " do not lie within " + k.rows() + " rows");
            }
        }
    }

    private static boolean floats(Tensor tensor) {
        return tensor.type() == QuantTypes.F32;
    }

    private static boolean sameFloats(Tensor a, Tensor b) {
        return floats(a) && floats(b) && a.rows() == b.rows() && a.columns() == b.columns();
    }

    private static void require(boolean fits, String operation, Tensor... operands) {
        if (!fits) {
            StringBuilder message = new StringBuilder(operation).append(": operands do not fit:");
            for (Tensor t : operands) {
                message.append(' ').append(t.type().name()).append('[').append(t.rows());
                message.append(", ").append(t.columns()).append(']');
            }
            throw new IllegalArgumentException(message.toString());
        }
    }
}
