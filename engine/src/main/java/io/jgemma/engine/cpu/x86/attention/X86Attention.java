package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Places;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.X86Dots;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention by assembled kernels: dispatch to {@link WeightedRows}, {@link X86Dots}, {@link TileDecoder} and
 * {@link SoftmaxStep}. Shapes that these do not have, and what is left beside multiples of their width, go to another set.
 */
public final class X86Attention {

    /** Tiles of a run: those of a page. */
    public static final int RUN_TILES = 8;

    /** Columns of values at a time. */
    public static final int VALUE_COLUMNS = TileFloats.COLUMNS;

    private static final String SOFTMAX = "softmax step";

    private final CpuKernels others;
    private final @Nullable X86ByteAttention bytes;
    private final @Nullable X86WordAttention words;
    private final Routine softmax;
    private final TileScales tileScales;
    private final TileDecoder decoder;
    private final X86WeightedRows weighted;
    private final X86Dots dots;
    private final @Nullable X86FloatPanels panels;

    /**
     * With the routines that {@link #codes} gives.
     *
     * @param dots multiplies what is not in tiles
     * @param bytes takes over with many queries
     * @param words takes over quantized tiles of the shapes that it has
     */
    public X86Attention(
            CodeCache code,
            Isa isa,
            CpuKernels others,
            X86Dots dots,
            @Nullable X86ByteAttention bytes,
            @Nullable X86WordAttention words) {
        this.others = others;
        this.dots = dots;
        this.bytes = bytes;
        this.words = words;
        softmax = code.routine(SOFTMAX);
        tileScales = new TileScales(code);
        decoder = new TileDecoder(code);
        weighted = new X86WeightedRows(code, isa);
        panels = X86FloatPanels.supports(isa) ? new X86FloatPanels(code, weighted) : null;
    }

    /** What multiplies many rows of floats, where there is anything better than {@link X86Dots}. */
    public @Nullable Products panels() {
        return panels;
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        Width width = isa.width();
        codes.put(SOFTMAX, SoftmaxStep.assemble(width));
        if (X86WordAttention.supports(isa)) {
            codes.putAll(X86WordAttention.codes());
        }
        codes.put(TileScales.NAME, TileScales.assemble(width));
        codes.putAll(TileDecoder.codes(width));
        codes.putAll(X86WeightedRows.codes(width));
        if (X86FloatPanels.supports(isa)) {
            codes.putAll(X86FloatPanels.codes());
        }
        return codes;
    }

    /** Whether vectors of a type are multiplied as they lie in memory. */
    public static boolean reads(QuantType type, int dim) {
        return type == QuantTypes.F32 || (type == QuantTypes.F16 && dim % TileFloats.COLUMNS == 0);
    }

    /** See {@link CpuKernels#products}; nothing is added. */
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        if (panels != null && a.rows() >= X86FloatPanels.FROM_ROWS) {
            panels.products(c, a, b, scratch);
        } else if (dots.fits(a.columns())) {
            dots.products(c, a, b, scratch);
        } else {
            others.products(c, a, b, scratch);
        }
    }

    /** See {@link CpuKernels#accumulate(Operand, Operand, Operand, Scratch)}. */
    public void accumulate(Operand o, Operand p, Operand v, Scratch scratch) {
        int columns = o.columns() / TileFloats.COLUMNS * TileFloats.COLUMNS;
        if (columns > 0 && o.rows() > 0 && v.rows() > 0) {
            Arguments arguments = scratch.arguments();
            arguments.set(WeightedRows.BEGIN, 0);
            long values = rows(v, 0, v.rows(), v.type().bytes(columns));
            X86WeightedRows.plain(values, v.rowBytes(), v.rows(), columns, arguments);
            boolean halved = v.type() == QuantTypes.F16;
            weighted.run(halved ? TileFloats.Kind.F16 : TileFloats.Kind.F32, o, columns, p, v.rows(), arguments);
        }
        if (columns < o.columns()) {
            int left = o.columns() - columns;
            Operand to = scratch.view(0).set(o.segment(), o.row(0) + 4L * columns, o.rowBytes(), o.rows(), left);
            Operand from = scratch.view(1).set(v.segment(), v.row(0) + 4L * columns, v.rowBytes(), v.rows(), left);
            others.accumulate(to, p, from, scratch);
        }
    }

    /**
     * Makes floats of one tile after the other, and multiplies all rows with these.
     *
     * @param right columns from a tile's results to those of the next
     * @param along columns of {@code p} from a tile's weights to those of the next
     * @param begin address of what the sums begin with, or 0
     */
    private void decoded(Operand o, int right, Operand p, int along, KvTile v, long begin, Scratch scratch) {
        long scales = tileScales.read(v, scratch);
        for (int i = 0; i < v.tiles(); i++) {
            long floats = decoder.read(v, i, scales, scratch);
            Operand to =
                    scratch.view(0).set(o.segment(), o.row(0) + 4L * right * i, o.rowBytes(), o.rows(), v.columns());
            Operand by = scratch.view(1).set(p.segment(), p.row(0) + 4L * along * i, p.rowBytes(), p.rows(), v.rows());
            Arguments arguments = scratch.arguments();
            arguments.set(WeightedRows.BEGIN, begin);
            X86WeightedRows.plain(floats, 4L * v.columns(), v.rows(), v.columns(), arguments);
            weighted.run(TileFloats.Kind.F32, to, v.columns(), by, v.rows(), arguments);
        }
    }

    /** Whether a run of tiles can be multiplied here: blocks do not straddle rows, and scales come in whole 16s. */
    private static boolean fits(KvTile v) {
        boolean known = v.type() == QuantTypes.Q4_0 || v.type() == QuantTypes.Q8_0;
        return known && v.columns() % TileFloats.COLUMNS == 0 && v.blocks() % TileScales.AT_A_TIME == 0;
    }

    /** See {@link CpuKernels#scores}. */
    public void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        if (!fits(k) || k.columns() != TileFloats.COLUMNS || begin.rowBytes() != Float.BYTES || s.rows() == 0) {
            others.scores(s, q, begin, k, scratch);
            return;
        }
        if (bytes != null && X86ByteAttention.takes(q.rows(), k.rows())) {
            bytes.scores(s, q, begin, k, scratch);
            return;
        }
        if (words != null && X86WordAttention.takesKeys(k)) {
            words.scores(s, q, begin, k, scratch);
            return;
        }
        long numbers = rows(begin, 0, s.rows(), Float.BYTES);
        if (s.rows() > weighted.most()) {
            decoded(s, k.columns(), q, 0, k, numbers, scratch);
            return;
        }
        long scales = tileScales.read(k, scratch);
        Arguments arguments = scratch.arguments();
        arguments.set(WeightedRows.BEGIN, numbers);
        arguments.set(WeightedRows.TILE_O, 4L * TileFloats.COLUMNS);
        arguments.set(WeightedRows.TILE_P, 0);
        tiles(k, arguments);
        int columns = k.tiles() * TileFloats.COLUMNS;
        from(values(k), scales, arguments);
        weighted.run(kind(k), s, columns, q, k.rows(), arguments);
    }

    /** See {@link CpuKernels#accumulate(Operand, Operand, KvTile, Scratch)}. */
    public void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        if (!fits(v) || o.rows() == 0) {
            others.accumulate(o, p, v, scratch);
            return;
        }
        if (bytes != null && X86ByteAttention.takes(o.rows(), v.columns()) && v.rows() == TileFloats.COLUMNS) {
            bytes.accumulate(o, p, v, scratch);
            return;
        }
        if (words != null && X86WordAttention.takesValues(v)) {
            words.accumulate(o, p, v, scratch);
            return;
        }
        if (o.rows() > weighted.most()) {
            decoded(o, 0, p, v.rows(), v, 0, scratch);
            return;
        }
        long scales = tileScales.read(v, scratch);
        Arguments arguments = scratch.arguments();
        arguments.set(WeightedRows.BEGIN, 0);
        arguments.set(WeightedRows.TILE_O, 0);
        arguments.set(WeightedRows.TILE_P, 4L * v.rows());
        tiles(v, arguments);
        from(values(v), scales, arguments);
        weighted.run(kind(v), o, v.columns(), p, v.tiles() * v.rows(), arguments);
    }

    private static void from(long values, long scales, Arguments arguments) {
        arguments.set(WeightedRows.V, values);
        arguments.set(WeightedRows.SCALES, scales);
    }

    /** How values of a tile become floats. */
    static TileFloats.Kind kind(KvTile v) {
        return v.type() == QuantTypes.Q4_0 ? TileFloats.Kind.Q4_0 : TileFloats.Kind.Q8_0;
    }

    /** Address of the values of the first tile of a run. */
    static long values(KvTile v) {
        return Places.address(v.segment(), v.scale(0), v.tiles() * v.tileBytes()) + v.values(0) - v.scale(0);
    }

    private static void tiles(KvTile v, Arguments arguments) {
        int blocks = v.columns() / TileFloats.COLUMNS;
        arguments.set(WeightedRows.ROW_BYTES, (long) blocks * v.valueBytes());
        arguments.set(WeightedRows.ROW_SCALES, 4L * blocks);
        arguments.set(WeightedRows.TILE_BYTES, v.tileBytes());
        arguments.set(WeightedRows.TILE_SCALES, 4L * v.blocks());
        arguments.set(WeightedRows.ROWS, v.rows());
        arguments.set(WeightedRows.BLOCKS, blocks);
        arguments.set(WeightedRows.TILES, v.tiles());
        arguments.set(WeightedRows.AHEAD, v.aheadBytes());
    }

    /** See {@link CpuKernels#softmaxStep}. */
    public void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch) {
        if (s.rows() == 0) {
            return;
        }
        Arguments arguments = scratch.arguments();
        arguments.set(SoftmaxStep.S, rows(s, 0, s.rows(), 4L * s.columns()));
        arguments.set(SoftmaxStep.O, rows(o, 0, s.rows(), 4L * o.columns()));
        arguments.set(SoftmaxStep.STATE, rows(state, 0, s.rows(), 8));
        arguments.set(SoftmaxStep.S_BYTES, s.rowBytes());
        arguments.set(SoftmaxStep.O_BYTES, o.rowBytes());
        arguments.set(SoftmaxStep.STATE_BYTES, state.rowBytes());
        arguments.set(SoftmaxStep.TOKENS, s.columns());
        arguments.set(SoftmaxStep.COLUMNS, o.columns());
        arguments.set(SoftmaxStep.ROWS, s.rows());
        softmax.call(arguments.address());
    }
}
