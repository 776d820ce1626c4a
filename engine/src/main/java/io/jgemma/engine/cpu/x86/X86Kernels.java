package io.jgemma.engine.cpu.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.cpu.CpuKernels;
import io.jgemma.engine.cpu.KvTile;
import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Assembled kernels for products with the types of {@link BlockFormat}; everything else is done by another set, which
 * {@link #detail} names. Activations of these products are rounded to 16-bit integers, 32 with one scale.
 *
 * <p>With few rows of activations weights are multiplied as they lie in the file ({@link BlockRows}); with more, they are
 * first unpacked into panels ({@link PanelPacker}, {@link PanelProducts}), which costs about as much as 5 rows.
 */
public final class X86Kernels implements CpuKernels, AutoCloseable {

    /** From this many rows of activations on, unpacked weights pay. */
    private static final int PANELS_FROM_ROWS = 6;

    /** Bytes of weights that stay in the second-level cache while several rows of activations pass. */
    private static final long RESIDENT_BYTES = 128 * 1024;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final CpuKernels others;
    private final Isa isa;
    private final CodeCache code;
    private final Routine quantize;
    private final Map<QuantType, Product> products;
    private final @Nullable X86Attention attention;
    private final @Nullable X86Rows wideRows;

    /** What one type of weights needs; {@code panels[t]} multiplies with {@code t} tokens. */
    private record Product(BlockFormat format, Routine rows, Routine pack, Routine[] panels) {

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return codeBytes(n) + scaleBytes(n) * (format.hasMinimum() ? 2 : 1);
        }

        static long codeBytes(int n) {
            return 2L * PanelProducts.ROWS * n;
        }

        static long scaleBytes(int n) {
            return 4L * PanelProducts.ROWS * (n / BlockFormat.SIZE);
        }
    }

    private X86Kernels(CpuKernels others, Isa isa, CodeCache code) {
        this.others = others;
        this.isa = isa;
        this.code = code;
        quantize = code.routine("quantize");
        Map<QuantType, Product> byType = new LinkedHashMap<>();
        for (BlockFormat format : BlockFormat.all()) {
            Routine[] panels = new Routine[PanelProducts.TOKENS + 1];
            for (int t = 1; t < panels.length; t++) {
                panels[t] = code.routine(panel(t, format.hasMinimum()));
            }
            byType.put(
                    format.type(), new Product(format, code.routine(rows(format)), code.routine(pack(format)), panels));
        }
        products = Map.copyOf(byType);
        attention = X86Attention.supports(isa) ? new X86Attention(code, others) : null;
        wideRows = X86Rows.supports(isa) ? new X86Rows(code) : null;
    }

    /**
     * Assembles the kernels for this processor.
     *
     * @param support says that they can run here
     * @param others does what is not assembled
     * @throws CodeMemoryException when the system gives no memory to run code from
     * @throws IllegalArgumentException when they cannot run here
     */
    public static X86Kernels assemble(X86Support support, CpuKernels others) {
        Isa isa = Isa.of(support.features()
                .orElseThrow(() -> new IllegalArgumentException(
                        "x86 kernels cannot run here: " + support.reason() + "; choose auto, vector or scalar")));
        return new X86Kernels(others, isa, CodeCache.load(codes(isa)));
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        codes.put("quantize", RowQuantizer.assemble());
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(rows(format), BlockRows.assemble(format, isa));
            codes.put(pack(format), PanelPacker.assemble(format));
        }
        for (int t = 1; t <= PanelProducts.TOKENS; t++) {
            codes.put(panel(t, false), PanelProducts.assemble(t, false, isa));
            codes.put(panel(t, true), PanelProducts.assemble(t, true, isa));
        }
        codes.putAll(X86Attention.codes(isa));
        codes.putAll(X86Rows.codes(isa));
        return codes;
    }

    private static String rows(BlockFormat format) {
        return format.name() + " rows";
    }

    private static String panel(int tokens, boolean minimum) {
        return "panel x " + tokens + (minimum ? " with minima" : "");
    }

    private static String pack(BlockFormat format) {
        return format.name() + " pack";
    }

    @Override
    public String name() {
        return "x86";
    }

    /** For people: the instructions used, and who does what is not assembled. */
    public String detail() {
        return isa.title() + "; " + others.name() + " for the rest";
    }

    @Override
    public Operand prepare(QuantType weights, Operand x, Scratch scratch) {
        X86Rows wide = wideRows(weights, x.rows());
        if (wide != null) {
            return wide.prepare(weights, x, scratch);
        }
        if (!products.containsKey(weights) || x.rows() == 0) {
            return others.prepare(weights, x, scratch);
        }
        int n = x.columns();
        int blocks = n / BlockFormat.SIZE;
        int padded = BlockRows.paddedBlocks(blocks);
        Operand prepared = scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), n / 2 + 2 * padded);
        MemorySegment arguments = arguments(scratch);
        for (int r = 0; r < x.rows(); r++) {
            long row = prepared.row(r);
            long scales = row + 2L * n;
            long terms = scales + 4L * padded;
            for (int b = blocks; b < padded; b++) {
                prepared.segment().set(JAVA_FLOAT_UNALIGNED, scales + 4L * b, 0);
                prepared.segment().set(JAVA_FLOAT_UNALIGNED, terms + 4L * b, 0);
            }
            long to = address(prepared.segment(), row, prepared.rowBytes());
            arguments.set(LONG, RowQuantizer.X, address(x.segment(), x.row(r), 4L * n));
            arguments.set(LONG, RowQuantizer.Q, to);
            arguments.set(LONG, RowQuantizer.D, to + scales - row);
            arguments.set(LONG, RowQuantizer.T, to + terms - row);
            arguments.set(LONG, RowQuantizer.BLOCKS, blocks);
            quantize.call(arguments.address());
        }
        return prepared;
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        X86Rows wide = wideRows(w.type(), x.rows());
        Product product = products.get(w.type());
        if (wide != null) {
            wide.matmul(y, w, x, from, to, scratch);
        } else if (product == null || x.rows() == 0) {
            others.matmul(y, w, x, from, to, scratch);
        } else if (x.rows() < PANELS_FROM_ROWS) {
            byRows(product, y, w, x, from, to, scratch);
        } else {
            byPanels(product, y, w, x, from, to, scratch);
        }
    }

    /** What multiplies so many rows of activations on 512-bit registers, if anything does. */
    private @Nullable X86Rows wideRows(QuantType weights, int rows) {
        return wideRows != null && rows > 0 && rows < PANELS_FROM_ROWS && wideRows.handles(weights) ? wideRows : null;
    }

    private void byRows(Product product, Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        int step = x.rows() == 1 ? to - from : (int) Math.max(4, RESIDENT_BYTES / w.rowBytes());
        int n = w.columns();
        int blocks = n / BlockFormat.SIZE;
        MemorySegment arguments = arguments(scratch);
        long scratchBytes = BlockRows.scratchBytes(blocks);
        Operand scales = scratch.rows(Scratch.Use.SCALES, 1, (int) (scratchBytes / Float.BYTES));
        arguments.set(LONG, BlockRows.SCRATCH, address(scales.segment(), 0, scratchBytes));
        arguments.set(LONG, BlockRows.ROW_BYTES, w.rowBytes());
        arguments.set(LONG, BlockRows.BLOCKS, blocks);
        for (int o = from; o < to; o += step) {
            int rows = Math.min(step, to - o);
            arguments.set(LONG, BlockRows.ROWS, rows);
            arguments.set(LONG, BlockRows.W, address(w.segment(), w.row(o), rows * w.rowBytes()));
            for (int r = 0; r < x.rows(); r++) {
                long input = address(x.segment(), x.row(r), x.rowBytes());
                arguments.set(LONG, BlockRows.Q, input);
                arguments.set(LONG, BlockRows.DX, input + 2L * n);
                arguments.set(LONG, BlockRows.T, input + 2L * n + 4L * BlockRows.paddedBlocks(blocks));
                arguments.set(LONG, BlockRows.Y, address(y.segment(), y.row(r) + 4L * o, 4L * rows));
                product.rows.call(arguments.address());
            }
        }
    }

    private void byPanels(Product product, Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        int n = w.columns();
        long panelBytes = product.panelBytes(n);
        int most = Math.clamp(RESIDENT_BYTES / panelBytes, 1, 8);
        Operand panels = scratch.rows(Scratch.Use.WEIGHTS, most, (int) (panelBytes / Float.BYTES));
        for (int o = from; o < to; o += most * PanelProducts.ROWS) {
            int count = Math.min(most, Math.ceilDiv(to - o, PanelProducts.ROWS));
            for (int p = 0; p < count; p++) {
                int first = o + p * PanelProducts.ROWS;
                pack(product, w, first, to, address(panels.segment(), panels.row(p), panelBytes), scratch);
            }
            for (int t = 0; t < x.rows(); t += PanelProducts.TOKENS) {
                for (int p = 0; p < count; p++) {
                    int first = o + p * PanelProducts.ROWS;
                    long panel = address(panels.segment(), panels.row(p), panelBytes);
                    multiply(y, x, t, first, to, new Panel(product, panel, n), scratch);
                }
            }
        }
    }

    /** A panel of some type at an address, with rows of so many elements. */
    private record Panel(Product product, long address, int columns) {
        long scales() {
            return address + Product.codeBytes(columns);
        }

        long minima() {
            return scales() + Product.scaleBytes(columns);
        }
    }

    /** Unpacks rows {@code first} and following, at most 16, to an address; rows from {@code end} on become zero. */
    private static void pack(Product product, Operand w, int first, int end, long panel, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        int n = w.columns();
        long scales = panel + Product.codeBytes(n);
        for (int half = 0; half < 2; half++) {
            int row = first + half * PanelPacker.ROWS;
            int rows = Math.clamp(end - row, 0, PanelPacker.ROWS);
            MemorySegment source = w.segment();
            long start = rows == 0 ? 0 : w.row(row);
            long bytes = PanelPacker.ROWS * w.rowBytes();
            if (rows < PanelPacker.ROWS) {
                Operand copy = scratch.rows(Scratch.Use.ROW, 1, (int) Math.ceilDiv(bytes, Float.BYTES));
                source = copy.segment().asSlice(0, bytes).fill((byte) 0);
                MemorySegment.copy(w.segment(), start, source, 0, rows * w.rowBytes());
                start = 0;
            }
            arguments.set(LONG, PanelPacker.W, address(source, start, bytes));
            arguments.set(LONG, PanelPacker.CODES, panel + 32L * half);
            arguments.set(LONG, PanelPacker.SCALES, scales + 32L * half);
            arguments.set(LONG, PanelPacker.MINIMA, scales + Product.scaleBytes(n) + 32L * half);
            arguments.set(LONG, PanelPacker.ROW_BYTES, w.rowBytes());
            arguments.set(LONG, PanelPacker.BLOCKS, n / BlockFormat.SIZE);
            product.pack.call(arguments.address());
        }
    }

    private static void multiply(Operand y, Operand x, int t, int first, int end, Panel panel, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        int rows = Math.min(PanelProducts.ROWS, end - first);
        boolean whole = rows == PanelProducts.ROWS;
        int blocks = panel.columns / BlockFormat.SIZE;
        long input = address(x.segment(), x.row(t), tokens * x.rowBytes());
        Operand part = scratch.rows(Scratch.Use.SCALES, PanelProducts.TOKENS, PanelProducts.ROWS);
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(t) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        arguments.set(LONG, PanelProducts.CODES, panel.address);
        arguments.set(LONG, PanelProducts.DW, panel.scales());
        arguments.set(LONG, PanelProducts.Q, input);
        arguments.set(LONG, PanelProducts.DX, input + 2L * panel.columns);
        arguments.set(LONG, PanelProducts.MINIMA, panel.minima());
        arguments.set(LONG, PanelProducts.T, input + 2L * panel.columns + 4L * BlockRows.paddedBlocks(blocks));
        arguments.set(LONG, PanelProducts.Y, address(result, start, (tokens - 1) * step + 4L * PanelProducts.ROWS));
        arguments.set(LONG, PanelProducts.X_BYTES, x.rowBytes());
        arguments.set(LONG, PanelProducts.Y_BYTES, step);
        arguments.set(LONG, PanelProducts.BLOCKS, blocks);
        panel.product.panels[tokens].call(arguments.address());
        if (!whole) {
            for (int i = 0; i < tokens; i++) {
                MemorySegment.copy(result, part.row(i), y.segment(), y.row(t + i) + 4L * first, 4L * rows);
            }
        }
    }

    private static MemorySegment arguments(Scratch scratch) {
        return scratch.rows(Scratch.Use.ARGUMENTS, 1, 32).segment();
    }

    /** The address of bytes that lie in a segment which is still open; assembled code checks neither. */
    private static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        segment.get(JAVA_BYTE, offset);
        return segment.address() + offset;
    }

    @Override
    public void decode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        others.decode(type, src, srcOffset, dst, dstOffset, count, scratch);
    }

    @Override
    public void encode(
            QuantType type, MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, int count) {
        others.encode(type, src, srcOffset, dst, dstOffset, count);
    }

    @Override
    public void round(QuantType type, Operand x, int from, int to) {
        others.round(type, x, from, to);
    }

    @Override
    public int runTiles() {
        return attention == null ? others.runTiles() : X86Attention.RUN_TILES;
    }

    @Override
    public boolean reads(QuantType type, int dim) {
        return attention == null ? others.reads(type, dim) : X86Attention.reads(type, dim);
    }

    @Override
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        if (attention == null) {
            others.products(c, a, b, scratch);
        } else {
            attention.products(c, a, b, scratch);
        }
    }

    @Override
    public void accumulate(Operand o, Operand p, Operand v, Scratch scratch) {
        if (attention == null) {
            others.accumulate(o, p, v, scratch);
        } else {
            attention.accumulate(o, p, v, scratch);
        }
    }

    @Override
    public void accumulateTile(Operand o, Operand p, KvTile v, Scratch scratch) {
        others.accumulateTile(o, p, v, scratch);
    }

    @Override
    public void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        if (attention == null) {
            others.accumulate(o, p, v, scratch);
        } else {
            attention.accumulate(o, p, v, scratch);
        }
    }

    @Override
    public void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        if (attention == null) {
            others.scores(s, q, begin, k, scratch);
        } else {
            attention.scores(s, q, begin, k, scratch);
        }
    }

    @Override
    public void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch) {
        if (attention == null) {
            others.softmaxStep(s, o, state, scratch);
        } else {
            attention.softmaxStep(s, o, state, scratch);
        }
    }

    @Override
    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to) {
        others.rmsNorm(y, x, w, epsilon, from, to);
    }

    @Override
    public void add(Operand x, Operand h, int from, int to) {
        others.add(x, h, from, to);
    }

    @Override
    public void scale(Operand y, Operand x, float factor, int from, int to) {
        others.scale(y, x, factor, from, to);
    }

    @Override
    public void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to) {
        others.gate(y, gate, up, f, from, to);
    }

    @Override
    public void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to) {
        others.rope(x, table, headDim, style, from, to);
    }

    /** Frees the code; nothing may be computing with it. */
    @Override
    public void close() {
        code.close();
    }
}
