package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.panels.FloatTransposer;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Products of floats with many rows on 512-bit registers: 32 rows of weights or keys at a time, in F16, BF16 or F32, become
 * columns of a panel F32 [columns][32] ({@link FloatTransposer}), which {@link WeightedRows} multiplies with 12 rows of activations or
 * queries at a time. The multiply-adds set the pace there; {@link io.jgemma.engine.cpu.x86.weights.X86Dots}, which transposes
 * nothing, has two loads for four of them and adds up lanes.
 */
public final class X86FloatPanels implements Products {

    /** From this many rows of activations on, transposing pays. */
    public static final int FROM_ROWS = 24;

    /** Queries that share a run of keys in attention: each key is turned once for all of them. */
    public static final int QUERIES = 192;

    private static final int ROWS = TileFloats.COLUMNS;

    /** Columns of a panel: as many as stay in the first-level cache. */
    private static final int COLUMNS = 256;

    private static final int LINE_BYTES = Float.BYTES * ROWS;

    private final FloatTransposer transposer;
    private final X86WeightedRows weighted;

    /** With the routines that {@link FloatTransposer#codes} and {@link X86WeightedRows#codes} give. */
    X86FloatPanels(CodeCache code, X86WeightedRows weighted) {
        transposer = new FloatTransposer(code);
        this.weighted = weighted;
    }

    /** Whether there are registers of 512 bits. */
    public static boolean supports(Isa isa) {
        return isa.width() == Width.ZMM;
    }

    @Override
    public boolean handles(QuantType type) {
        return FloatTransposer.handles(type);
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        return x;
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {}

    /** {@code c[i][j] = a[i] . b[j]}. */
    void products(Operand c, Operand a, Operand b, Scratch scratch) {
        matmul(c, b, a, 0, b.rows(), scratch);
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        if (x.rows() == 0) {
            return;
        }
        Operand zeros = scratch.rows(Scratch.Use.SCALES, 1, x.rows());
        zeros.segment().fill((byte) 0);
        long begin = rows(zeros, 0, 1, zeros.rowBytes());
        for (int first = from; first < to; first += ROWS) {
            int count = Math.min(ROWS, to - first);
            boolean whole = count == ROWS;
            // A routine writes 32 columns.
            Operand result = whole ? y : scratch.rows(Scratch.Use.SUMS, x.rows(), ROWS);
            long place = result.row(0) + (whole ? (long) Float.BYTES * first : 0);
            Operand sums = scratch.view(0).set(result.segment(), place, result.rowBytes(), x.rows(), ROWS);
            for (int column = 0; column < w.columns(); column += COLUMNS) {
                int columns = Math.min(COLUMNS, w.columns() - column);
                Operand panel = scratch.rows(Scratch.Use.WEIGHTS, FloatTransposer.lines(COLUMNS), ROWS);
                transposer.transpose(w, first, count, column, columns, panel, scratch);
                long input = x.row(0) + (long) Float.BYTES * column;
                Operand part = scratch.view(1).set(x.segment(), input, x.rowBytes(), x.rows(), columns);
                Arguments arguments = scratch.arguments();
                arguments.set(WeightedRows.BEGIN, column == 0 ? begin : 0);
                long values = rows(panel, 0, columns, LINE_BYTES);
                X86WeightedRows.plain(values, LINE_BYTES, /* rows= */ columns, /* columns= */ ROWS, arguments);
                weighted.run(TileFloats.Kind.F32, sums, ROWS, part, columns, arguments);
            }
            for (int i = 0; i < x.rows() && !whole; i++) {
                long at = y.row(i) + (long) Float.BYTES * first;
                MemorySegment.copy(result.segment(), result.row(i), y.segment(), at, (long) Float.BYTES * count);
            }
        }
    }

    /** The routines that only this class calls, by name. */
    static Map<String, byte[]> codes() {
        return new LinkedHashMap<>(FloatTransposer.codes());
    }
}
