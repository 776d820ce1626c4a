package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.kernel.WeightLayout;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.attention.BytePanels;
import io.jgemma.engine.cpu.x86.attention.X86Attention;
import io.jgemma.engine.cpu.x86.attention.X86ByteAttention;
import io.jgemma.engine.cpu.x86.attention.X86FloatPanels;
import io.jgemma.engine.cpu.x86.attention.X86WordAttention;
import io.jgemma.engine.cpu.x86.elements.X86Elements;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.RowActivations;
import io.jgemma.engine.cpu.x86.weights.X86BlockRows;
import io.jgemma.engine.cpu.x86.weights.X86Dots;
import io.jgemma.engine.cpu.x86.weights.X86Rows;
import io.jgemma.engine.cpu.x86.weights.groups.GroupLayout;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.cpu.x86.weights.groups.X86Groups;
import io.jgemma.engine.cpu.x86.weights.panels.X86Panels;
import io.jgemma.engine.cpu.x86.weights.panels.X86WidePanels;
import io.jgemma.engine.platform.CodeMemoryException;
import io.jgemma.engine.platform.HugePageAllocator;
import io.jgemma.engine.platform.PageMemory;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Assembled kernels for products with the types of {@code BlockFormat} and {@code SuperBlocks} and with floats ({@link X86Dots}), and for
 * attention ({@link X86Attention}); everything else is done by another set, which {@link #detail} names. Activations of quantized
 * products are rounded to integers, 32 with one scale (256 where {@link X86Rows} multiplies blocks of 256): to 16 bits, or where so asked
 * to 8, where weights are repacked. On registers of 512 bits a single row keeps 16 bits then, and attention multiplies quantized tiles of prompts in bytes as
 * well ({@link X86ByteAttention}).
 *
 * <p>With few rows of activations weights are multiplied as they lie: in the file ({@link X86BlockRows}, {@link X86Rows}), or repacked
 * ({@link X86Groups}). With more, they are first unpacked into panels ({@link X86Panels}, {@link X86WidePanels}), which costs about as much
 * as 5 rows.
 */
public final class X86Kernels implements CpuKernels, AutoCloseable {

    /** From this many rows of activations on, unpacked weights pay where they lie as in the file; of groups see {@link X86Groups#panelsFrom}. */
    private static final int PANELS_FROM_ROWS = 6;

    private final CpuKernels others;
    private final CpuKernels scalar = new ScalarKernels();
    private final Isa isa;
    private final CodeCache code;
    private final Products rows;
    private final X86Groups groups;
    private final X86Groups singleRow;
    private final PageMemory memory;
    private final Map<QuantType, WeightLayout> layouts = new LinkedHashMap<>();
    private final Products panels;
    private final Products groupPanels;
    private final X86Dots dots;
    private final X86Elements elements;
    private final X86Attention attention;
    private final @Nullable Products floatPanels;
    private final int blockQueries;
    private final String rounding;
    private final String pages;
    private final int planes;

    private X86Kernels(CpuKernels others, Isa isa, CodeCache code, int planes) {
        this.others = others;
        this.isa = isa;
        this.code = code;
        this.planes = planes;
        boolean wide = X86WidePanels.supports(isa);
        rows = X86Rows.supports(isa) ? new X86Rows(code) : new X86BlockRows(code);
        groups = new X86Groups(code, isa, planes * Byte.SIZE);
        int singleRowBits = singleRowBits(isa, planes);
        singleRow = singleRowBits == planes * Byte.SIZE ? groups : new X86Groups(code, isa, singleRowBits);
        memory = PageMemory.ofSystem();
        pages = memory.hasHugePages() ? "" : ", no large pages";
        RowGroups.all(isa.width()).forEach(f -> layouts.put(f.type(), new GroupLayout(f, code)));
        panels = wide ? new X86WidePanels(code, planes) : X86Panels.mapped(code);
        groupPanels = wide ? panels : X86Panels.repacked(code, isa, planes * Byte.SIZE);
        elements = new X86Elements(code);
        X86ByteAttention bytes = wide && planes == 1 ? new X86ByteAttention(code) : null;
        blockQueries = bytes == null ? others.blockQueries(true) : X86ByteAttention.QUERIES;
        X86WordAttention words = X86WordAttention.supports(isa) ? new X86WordAttention(code) : null;
        dots = new X86Dots(code, isa);
        attention = new X86Attention(code, isa, others, dots, bytes, words);
        floatPanels = attention.panels();
        rounding = planes == 2 ? "" : wide ? ", 8 bits" : ", 8 bits where weights are repacked";
    }

    /**
     * Assembles the kernels for this processor.
     *
     * @param support says that they can run here
     * @param others does what is not assembled
     * @param bits the fewest, 8 or 16, that activations may be rounded to
     * @throws CodeMemoryException when the system gives no memory to run code from
     * @throws IllegalArgumentException when they cannot run here
     */
    public static X86Kernels assemble(X86Support support, CpuKernels others, int bits) {
        Isa isa = support.isa()
                .orElseThrow(() -> new IllegalArgumentException(
                        "x86 kernels cannot run here: " + support.reason() + "; choose auto, vector or scalar"));
        int planes = bits / Byte.SIZE;
        return new X86Kernels(others, isa, CodeCache.load(codes(isa, planes)), planes);
    }

    /** All routines by name, for prompts' activations of so many bytes. */
    static Map<String, byte[]> codes(Isa isa, int planes) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        if (X86Rows.supports(isa)) {
            codes.putAll(X86Rows.codes());
        } else {
            codes.putAll(X86BlockRows.codes(isa));
            codes.putAll(RowActivations.codes());
        }
        IntStream.of(planes * Byte.SIZE, singleRowBits(isa, planes))
                .distinct()
                .forEach(groupBits -> codes.putAll(X86Groups.codes(isa, groupBits)));
        if (X86WidePanels.supports(isa)) {
            codes.putAll(X86WidePanels.codes(planes));
            codes.putAll(PanelActivations.codes(isa.width(), ActivationForm.ofBits(planes * Byte.SIZE)));
        } else {
            codes.putAll(X86Panels.codes(isa));
            codes.putAll(X86Panels.groupCodes(isa, planes * Byte.SIZE));
        }
        codes.putAll(X86Dots.codes(isa));
        codes.putAll(X86Elements.codes(isa));
        codes.putAll(X86Attention.codes(isa));
        if (X86WidePanels.supports(isa) && planes == 1) {
            codes.putAll(BytePanels.codes());
        }
        return codes;
    }

    /** Bits of a single row of activations that meets groups: on 512-bit registers it waits for memory with 16 as well. */
    private static int singleRowBits(Isa isa, int planes) {
        return isa.isWide() ? Short.SIZE : planes * Byte.SIZE;
    }

    @Override
    public String name() {
        return "x86";
    }

    /** The widest registers used. */
    Width width() {
        return isa.width();
    }

    /** The instructions used, and who does what is not assembled. */
    @Override
    public String detail() {
        return isa.title() + rounding + pages + "; " + others.name() + " for the rest";
    }

    @Override
    public Optional<WeightLayout> layout(QuantType weights) {
        return Optional.ofNullable(layouts.get(weights));
    }

    @Override
    public SegmentAllocator weightAllocator(Arena arena) {
        return new HugePageAllocator(memory, arena);
    }

    @Override
    public Operand prepared(Operand w, Operand x, Scratch scratch) {
        Products products = products(w, x.rows());
        return products == null ? others.prepared(w, x, scratch) : products.prepared(w.type(), x, scratch);
    }

    @Override
    public void prepare(Operand w, Operand x, Operand to, int from, int end, Scratch scratch) {
        Products products = products(w, x.rows());
        if (products == null) {
            others.prepare(w, x, to, from, end, scratch);
        } else {
            products.prepare(w.type(), x, to, from, end, scratch);
        }
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Products products = products(w, x.rows());
        if (products == null) {
            others.matmul(y, w, x, from, to, scratch);
        } else {
            products.matmul(y, w, x, from, to, scratch);
        }
    }

    /** What multiplies so many rows of activations, if anything here does. */
    private @Nullable Products products(Operand w, int count) {
        if (dots.handles(w.type())) {
            if (floatPanels != null && count >= X86FloatPanels.FROM_ROWS) {
                return floatPanels;
            }
            return count > 0 && dots.fits(w.columns()) ? dots : null;
        }
        boolean mapped = w.layout() == null;
        boolean many = count >= (mapped ? PANELS_FROM_ROWS : groups.panelsFrom(w.type(), planes));
        Products few = mapped ? rows : count == 1 ? singleRow : groups;
        Products products = many ? (mapped ? panels : groupPanels) : few;
        return count > 0 && products.handles(w.type()) ? products : null;
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
        // Rows of embeddings, a few a token: less work than to load and compile what another set decodes with.
        scalar.decode(type, src, srcOffset, dst, dstOffset, count, scratch);
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
        return X86Attention.RUN_TILES;
    }

    @Override
    public int blockQueries(boolean tiled) {
        return tiled || floatPanels == null ? blockQueries : X86FloatPanels.QUERIES;
    }

    @Override
    public int valueColumns() {
        return X86Attention.VALUE_COLUMNS;
    }

    @Override
    public boolean reads(QuantType type, int dim) {
        return X86Attention.reads(type, dim);
    }

    @Override
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        attention.products(c, a, b, scratch);
    }

    @Override
    public void accumulate(Operand o, Operand p, Operand v, Scratch scratch) {
        attention.accumulate(o, p, v, scratch);
    }

    @Override
    public void accumulateTile(Operand o, Operand p, KvTile v, Scratch scratch) {
        others.accumulateTile(o, p, v, scratch);
    }

    @Override
    public void accumulate(Operand o, Operand p, KvTile v, Scratch scratch) {
        attention.accumulate(o, p, v, scratch);
    }

    @Override
    public void scores(Operand s, Operand q, Operand begin, KvTile k, Scratch scratch) {
        attention.scores(s, q, begin, k, scratch);
    }

    @Override
    public void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch) {
        attention.softmaxStep(s, o, state, scratch);
    }

    @Override
    public int firstAbove(Operand x, int row, int from, float bound, Scratch scratch) {
        return others.firstAbove(x, row, elements.skip(x, row, from, bound, scratch), bound, scratch);
    }

    @Override
    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        elements.rmsNorm(y, x, w, epsilon, from, to, scratch);
    }

    @Override
    public void addRmsNorm(Operand x, Operand h, Operand w, float epsilon, int from, int to, Scratch scratch) {
        elements.addRmsNorm(x, h, w, epsilon, from, to, scratch);
    }

    @Override
    public void center(Operand y, Operand x, int from, int to, Scratch scratch) {
        elements.center(y, x, from, to, scratch);
    }

    @Override
    public void activate(Operand x, Operand bias, Activation f, int from, int to, Scratch scratch) {
        elements.activate(x, bias, f, from, to, scratch);
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
