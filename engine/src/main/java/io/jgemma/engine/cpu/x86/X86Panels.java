package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of weights with many rows of activations on 256-bit registers: rows of weights are unpacked into panels of
 * {@link PanelPacker}'s form, 16 at a time, and {@link PanelProducts} multiplies them. Activations are those of {@link X86BlockRows}.
 */
final class X86Panels implements Products {

    /** Rows of a panel. */
    static final int ROWS = 16;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final X86BlockRows blockRows;
    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} tokens. */
    private record Kernel(BlockFormat format, BlockPacker packer, Routine[] products) {

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return minima(n) + (format.hasMinimum() ? scaleBytes(n) : 0);
        }

        /** Where in a panel the scales begin. */
        static long scales(int n) {
            return 2L * ROWS * n;
        }

        /** Where in a panel the minima begin. */
        static long minima(int n) {
            return scales(n) + scaleBytes(n);
        }

        private static long scaleBytes(int n) {
            return 4L * ROWS * (n / BlockFormat.SIZE);
        }
    }

    X86Panels(CodeCache code, X86BlockRows blockRows) {
        this.blockRows = blockRows;
        for (BlockFormat format : BlockFormat.all()) {
            Routine[] products = new Routine[PanelProducts.TOKENS + 1];
            for (int t = 1; t < products.length; t++) {
                products[t] = code.routine(product(t, format.hasMinimum()));
            }
            kernels.put(format.type(), new Kernel(format, new BlockPacker(code, format), products));
        }
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>(BlockPacker.codes());
        for (int t = 1; t <= PanelProducts.TOKENS; t++) {
            codes.put(product(t, false), PanelProducts.assemble(t, false, isa));
            codes.put(product(t, true), PanelProducts.assemble(t, true, isa));
        }
        return codes;
    }

    static String product(int tokens, boolean minimum) {
        return "panel x " + tokens + (minimum ? " with minima" : "");
    }

    @Override
    public boolean handles(QuantType type) {
        return kernels.containsKey(type);
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        return blockRows.prepared(weights, x, scratch);
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {
        blockRows.prepare(weights, x, to, from, end, scratch);
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Kernel kernel = Objects.requireNonNull(kernels.get(w.type()));
        int n = w.columns();
        long panelBytes = kernel.panelBytes(n);
        int most = Math.clamp(RESIDENT_BYTES / panelBytes, 1, 8);
        Operand panels = scratch.rows(Scratch.Use.WEIGHTS, most, (int) (panelBytes / Float.BYTES));
        for (int o = from; o < to; o += most * ROWS) {
            int count = Math.min(most, Math.ceilDiv(to - o, ROWS));
            for (int p = 0; p < count; p++) {
                kernel.packer.pack(w, o + p * ROWS, to, panel(kernel, panels, p, n), scratch);
            }
            for (int t = 0; t < x.rows(); t += PanelProducts.TOKENS) {
                for (int p = 0; p < count; p++) {
                    operands(panel(kernel, panels, p, n), x, t, n, arguments(scratch));
                    multiply(kernel, y, x, t, o + p * ROWS, to, scratch);
                }
            }
        }
    }

    private static BlockPacker.Parts panel(Kernel kernel, Operand panels, int index, int n) {
        long panel = address(panels.segment(), panels.row(index), kernel.panelBytes(n));
        return new BlockPacker.Parts(panel, panel + Kernel.scales(n), panel + Kernel.minima(n));
    }

    private static void operands(BlockPacker.Parts panel, Operand x, int t, int n, MemorySegment arguments) {
        int blocks = n / BlockFormat.SIZE;
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        long input = address(x.segment(), x.row(t), tokens * x.rowBytes());
        arguments.set(LONG, PanelProducts.CODES, panel.codes());
        arguments.set(LONG, PanelProducts.DW, panel.scales());
        arguments.set(LONG, PanelProducts.MINIMA, panel.minima());
        arguments.set(LONG, PanelProducts.BLOCKS, blocks);
        arguments.set(LONG, PanelProducts.Q, input);
        arguments.set(LONG, PanelProducts.DX, input + 2L * n);
        arguments.set(LONG, PanelProducts.T, input + 2L * n + 4L * BlockRows.paddedBlocks(blocks));
        arguments.set(LONG, PanelProducts.X_BYTES, x.rowBytes());
    }

    /** A panel with some tokens; the panel's and activations' arguments are set. */
    private static void multiply(Kernel kernel, Operand y, Operand x, int t, int first, int end, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        int rows = Math.min(ROWS, end - first);
        Operand part = scratch.rows(Scratch.Use.SCALES, PanelProducts.TOKENS, ROWS);
        boolean whole = rows == ROWS;
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(t) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        arguments.set(LONG, PanelProducts.Y, address(result, start, (tokens - 1) * step + 4L * ROWS));
        arguments.set(LONG, PanelProducts.Y_BYTES, step);
        kernel.products[tokens].call(arguments.address());
        for (int i = 0; i < tokens && !whole; i++) {
            MemorySegment.copy(part.segment(), part.row(i), y.segment(), y.row(t + i) + 4L * first, 4L * rows);
        }
    }
}
