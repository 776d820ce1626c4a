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
 * Products of weights with many rows of activations: rows of weights are unpacked into panels of {@link PanelPacker}'s form, 16
 * at a time, and {@link PanelProducts} or, on 512-bit registers, {@link WidePanels} multiply them.
 */
final class X86Panels {

    /** Rows of a panel. */
    static final int ROWS = 16;

    /** Bytes of weights that stay in the second-level cache while several rows of activations pass. */
    private static final long RESIDENT_BYTES = 128 * 1024;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final boolean wide;
    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** Unpacks rows of weights of one type. */
    interface Packer {
        /** Unpacks rows {@code first} and following, at most 16, to a panel; rows from {@code end} on become zero. */
        void pack(Operand w, int first, int end, Parts to, Scratch scratch);
    }

    /** The addresses of a panel's codes, scales and minima. */
    record Parts(long codes, long scales, long minima) {}

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} tokens. */
    private record Kernel(WidePanels.Scaling scaling, Packer packer, Routine[] products) {

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return minima(n) + (scaling == WidePanels.Scaling.MINIMA ? scaleBytes(n) : 0);
        }

        /** Where in a panel the scales begin. */
        static long scales(int n) {
            return 2L * ROWS * n;
        }

        /** Where in a panel the minima begin. */
        long minima(int n) {
            return scales(n) + scaleBytes(n);
        }

        private long scaleBytes(int n) {
            return 4L * ROWS * scaling.parts() * (n / BlockFormat.SIZE);
        }
    }

    X86Panels(CodeCache code, Isa isa) {
        wide = isa.isWide();
        for (BlockFormat format : BlockFormat.all()) {
            WidePanels.Scaling scaling = format.hasMinimum() ? WidePanels.Scaling.MINIMA : WidePanels.Scaling.PLAIN;
            kernels.put(format.type(), new Kernel(scaling, new BlockPacker(code, format), products(code, scaling)));
        }
        if (SuperPacker.supports(isa)) {
            for (QuantType type : SuperBlocks.TYPES) {
                SuperPacker packer = new SuperPacker(code, type);
                kernels.put(type, new Kernel(packer.scaling(), packer, products(code, packer.scaling())));
            }
        }
    }

    private static Routine[] products(CodeCache code, WidePanels.Scaling scaling) {
        Routine[] products = new Routine[PanelProducts.TOKENS + 1];
        for (int t = 1; t < products.length; t++) {
            products[t] = code.routine(product(t, scaling));
        }
        return products;
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        codes.putAll(BlockPacker.codes());
        codes.putAll(SuperPacker.codes(isa));
        for (WidePanels.Scaling scaling : WidePanels.Scaling.values()) {
            for (int t = 1; t <= PanelProducts.TOKENS; t++) {
                if (isa.isWide()) {
                    codes.put(product(t, scaling), WidePanels.assemble(t, scaling));
                } else if (scaling != WidePanels.Scaling.HALVES) {
                    boolean minimum = scaling == WidePanels.Scaling.MINIMA;
                    codes.put(product(t, scaling), PanelProducts.assemble(t, minimum, isa));
                }
            }
        }
        return codes;
    }

    private static String product(int tokens, WidePanels.Scaling scaling) {
        return "panel x " + tokens + scaling.title();
    }

    boolean handles(QuantType type) {
        return kernels.containsKey(type);
    }

    /** Rows {@code from..to} of the weights, with all rows of activations from {@link X86Kernels#prepare}. */
    void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Kernel kernel = Objects.requireNonNull(kernels.get(w.type()));
        int n = w.columns();
        long panelBytes = kernel.panelBytes(n);
        int most = wide ? 2 : Math.clamp(RESIDENT_BYTES / panelBytes, 1, 8);
        Operand panels = scratch.rows(Scratch.Use.WEIGHTS, most, (int) (panelBytes / Float.BYTES));
        for (int o = from; o < to; o += most * ROWS) {
            int count = wide ? most : Math.min(most, Math.ceilDiv(to - o, ROWS));
            for (int p = 0; p < count; p++) {
                long panel = address(panels.segment(), panels.row(p), panelBytes);
                Parts parts = new Parts(panel, panel + Kernel.scales(n), panel + kernel.minima(n));
                kernel.packer.pack(w, Math.min(to, o + p * ROWS), to, parts, scratch);
            }
            long first = address(panels.segment(), panels.row(0), count * panelBytes);
            if (wide) {
                multiplyTwo(y, x, o, to, new Panel(kernel, first, n), scratch);
            } else {
                for (int t = 0; t < x.rows(); t += PanelProducts.TOKENS) {
                    for (int p = 0; p < count; p++) {
                        Panel panel = new Panel(kernel, first + p * panelBytes, n);
                        multiply(y, x, t, o + p * ROWS, to, panel, scratch);
                    }
                }
            }
        }
    }

    /** A panel of some type at an address, with rows of so many elements. */
    private record Panel(Kernel kernel, long address, int columns) {

        int blocks() {
            return columns / BlockFormat.SIZE;
        }

        /** Sets what all routines want to know of a panel and of rows of activations from an address on. */
        void arguments(MemorySegment arguments, long input, long inputBytes) {
            arguments.set(LONG, PanelProducts.CODES, address);
            arguments.set(LONG, PanelProducts.DW, address + Kernel.scales(columns));
            arguments.set(LONG, PanelProducts.MINIMA, address + kernel.minima(columns));
            arguments.set(LONG, PanelProducts.BLOCKS, blocks());
            arguments.set(LONG, PanelProducts.Q, input);
            arguments.set(LONG, PanelProducts.DX, input + 2L * columns);
            arguments.set(LONG, PanelProducts.T, input + 2L * columns + 4L * BlockRows.paddedBlocks(blocks()));
            arguments.set(LONG, PanelProducts.X_BYTES, inputBytes);
        }
    }

    private static void multiply(Operand y, Operand x, int t, int first, int end, Panel panel, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        int rows = Math.min(ROWS, end - first);
        Operand part = scratch.rows(Scratch.Use.SCALES, PanelProducts.TOKENS, ROWS);
        boolean whole = rows == ROWS;
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(t) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        panel.arguments(arguments, address(x.segment(), x.row(t), tokens * x.rowBytes()), x.rowBytes());
        arguments.set(LONG, PanelProducts.Y, address(result, start, (tokens - 1) * step + 4L * ROWS));
        arguments.set(LONG, PanelProducts.Y_BYTES, step);
        panel.kernel.products[tokens].call(arguments.address());
        if (!whole) {
            copy(part, y, t, tokens, first, rows);
        }
    }

    /** Two panels, the second behind the first, with all tokens. */
    private static void multiplyTwo(Operand y, Operand x, int first, int end, Panel panel, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        int tokens = x.rows();
        int rows = Math.min(2 * ROWS, end - first);
        boolean whole = rows == 2 * ROWS;
        Operand part = scratch.rows(Scratch.Use.SCALES, whole ? 1 : tokens, 2 * ROWS);
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(0) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        panel.arguments(arguments, address(x.segment(), x.row(0), tokens * x.rowBytes()), x.rowBytes());
        arguments.set(LONG, WidePanels.Y, address(result, start, (tokens - 1) * step + 8L * ROWS));
        arguments.set(LONG, WidePanels.Y_BYTES, step);
        arguments.set(LONG, WidePanels.PANEL_BYTES, panel.kernel.panelBytes(panel.columns));
        if (tokens >= WidePanels.TOKENS) {
            arguments.set(LONG, WidePanels.GROUPS, tokens / WidePanels.TOKENS);
            panel.kernel.products[WidePanels.TOKENS].call(arguments.address());
        }
        if (tokens % WidePanels.TOKENS > 0) {
            arguments.set(LONG, WidePanels.GROUPS, 1);
            panel.kernel.products[tokens % WidePanels.TOKENS].call(arguments.address());
        }
        if (!whole) {
            copy(part, y, 0, tokens, first, rows);
        }
    }

    private static void copy(Operand part, Operand y, int t, int tokens, int first, int rows) {
        for (int i = 0; i < tokens; i++) {
            MemorySegment.copy(part.segment(), part.row(i), y.segment(), y.row(t + i) + 4L * first, 4L * rows);
        }
    }
}
