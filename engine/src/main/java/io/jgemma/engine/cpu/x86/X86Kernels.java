package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;
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
 * Assembled kernels for products with the types of {@link BlockFormat} and, on 512-bit registers, {@link SuperBlocks}, and for
 * attention on 512-bit registers; everything else is done by another set, which {@link #detail} names. Activations of these
 * products are rounded to 16-bit integers, 32 (or with few rows and blocks of 256, 256) with one scale.
 *
 * <p>With few rows of activations weights are multiplied as they lie in the file ({@link BlockRows}, {@link X86Rows}); with more,
 * they are first unpacked into panels ({@link X86Panels}), which costs about as much as 5 rows.
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
    private final Map<QuantType, Routine> rows = new LinkedHashMap<>();
    private final X86Panels panels;
    private final X86Elements elements;
    private final @Nullable X86Attention attention;
    private final @Nullable X86Rows wideRows;

    private X86Kernels(CpuKernels others, Isa isa, CodeCache code) {
        this.others = others;
        this.isa = isa;
        this.code = code;
        quantize = code.routine("quantize");
        panels = new X86Panels(code, isa);
        elements = new X86Elements(code);
        for (BlockFormat format : BlockFormat.all()) {
            rows.put(format.type(), code.routine(rows(format)));
        }
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
        }
        codes.putAll(X86Panels.codes(isa));
        codes.putAll(X86Elements.codes());
        codes.putAll(X86Attention.codes(isa));
        codes.putAll(X86Rows.codes(isa));
        return codes;
    }

    private static String rows(BlockFormat format) {
        return format.name() + " rows";
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
        if (!quantizes(weights, x.rows())) {
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
        if (wide != null) {
            wide.matmul(y, w, x, from, to, scratch);
        } else if (!quantizes(w.type(), x.rows())) {
            others.matmul(y, w, x, from, to, scratch);
        } else if (x.rows() < PANELS_FROM_ROWS) {
            byRows(y, w, x, from, to, scratch);
        } else {
            panels.matmul(y, w, x, from, to, scratch);
        }
    }

    /** Whether products with so many rows of activations are computed here, from integers of {@link RowQuantizer}. */
    private boolean quantizes(QuantType weights, int count) {
        return count >= PANELS_FROM_ROWS ? panels.handles(weights) : count > 0 && rows.containsKey(weights);
    }

    /** What multiplies so many rows of activations on 512-bit registers, if anything does. */
    private @Nullable X86Rows wideRows(QuantType weights, int rows) {
        return wideRows != null && rows > 0 && rows < PANELS_FROM_ROWS && wideRows.handles(weights) ? wideRows : null;
    }

    private void byRows(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Routine routine = Objects.requireNonNull(rows.get(w.type()));
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
            int count = Math.min(step, to - o);
            arguments.set(LONG, BlockRows.ROWS, count);
            arguments.set(LONG, BlockRows.W, address(w.segment(), w.row(o), count * w.rowBytes()));
            for (int r = 0; r < x.rows(); r++) {
                long input = address(x.segment(), x.row(r), x.rowBytes());
                arguments.set(LONG, BlockRows.Q, input);
                arguments.set(LONG, BlockRows.DX, input + 2L * n);
                arguments.set(LONG, BlockRows.T, input + 2L * n + 4L * BlockRows.paddedBlocks(blocks));
                arguments.set(LONG, BlockRows.Y, address(y.segment(), y.row(r) + 4L * o, 4L * count));
                routine.call(arguments.address());
            }
        }
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
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        if (X86Elements.stores(type)) {
            elements.encode(src, srcOffset, dst, dstOffset, count, scratch);
        } else {
            others.encode(type, src, srcOffset, dst, dstOffset, count, scratch);
        }
    }

    @Override
    public void round(QuantType type, Operand x, int from, int to, Scratch scratch) {
        if (X86Elements.stores(type)) {
            elements.round(x, from, to, scratch);
        } else {
            others.round(type, x, from, to, scratch);
        }
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
    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        elements.rmsNorm(y, x, w, epsilon, from, to, scratch);
    }

    @Override
    public void add(Operand x, Operand h, int from, int to, Scratch scratch) {
        elements.add(x, h, from, to, scratch);
    }

    @Override
    public void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch) {
        elements.scale(y, x, factor, from, to, scratch);
    }

    @Override
    public void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch) {
        elements.gate(y, gate, up, f, from, to, scratch);
    }

    @Override
    public void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch) {
        elements.rope(x, table, headDim, style, from, to, scratch);
    }

    /** Frees the code; nothing may be computing with it. */
    @Override
    public void close() {
        code.close();
    }
}
