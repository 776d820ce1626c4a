package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.RowActivations;
import io.jgemma.engine.cpu.x86.weights.RowOrder;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of weights with many rows of activations on 256-bit registers: rows of weights are unpacked into panels of
 * {@link PanelPacker}'s form, 16 at a time, and {@link PanelProducts} multiplies them with activations that {@code RowQuantizer} rounded.
 */
public final class X86Panels implements Products {

    /** Rows of a panel. */
    public static final int ROWS = 16;

    private final RowActivations activations;
    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} tokens. */
    private record Kernel(PanelScaling scaling, BlockPacker packer, Routine[] products) {

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return minima(n) + (scaling == PanelScaling.MINIMA ? scaleBytes(n) : 0);
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

    /** With the routines that {@link #codes} and {@link RowActivations#codes} give. */
    public X86Panels(CodeCache code) {
        activations = RowActivations.of(code, RowOrder.PLAIN);
        for (BlockFormat format : BlockFormat.all()) {
            add(code, format.type(), PanelScaling.of(format));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            add(code, type, PanelScaling.of(type));
        }
    }

    private void add(CodeCache code, QuantType type, PanelScaling scaling) {
        Routine[] products = new Routine[PanelProducts.TOKENS + 1];
        for (int t = 1; t < products.length; t++) {
            products[t] = code.routine(product(t, scaling));
        }
        kernels.put(type, new Kernel(scaling, new BlockPacker(code, type), products));
    }

    /** All routines by name, but for those of {@link RowActivations}. */
    public static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>(BlockPacker.codes());
        for (PanelScaling scaling : PanelScaling.values()) {
            for (int t = 1; t <= PanelProducts.TOKENS; t++) {
                codes.put(product(t, scaling), PanelProducts.assemble(t, scaling, isa));
            }
        }
        return codes;
    }

    public static String product(int tokens, PanelScaling scaling) {
        return "panel x " + tokens + scaling.title();
    }

    @Override
    public boolean handles(QuantType type) {
        return kernels.containsKey(type);
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        return activations.prepared(x, scratch);
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {
        activations.prepare(x, to, from, end, scratch);
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
                    operands(panel(kernel, panels, p, n), x, t, n, scratch.arguments());
                    multiply(kernel, y, x, t, o + p * ROWS, to, scratch);
                }
            }
        }
    }

    private static BlockPacker.Parts panel(Kernel kernel, Operand panels, int index, int n) {
        long panel = address(panels.segment(), panels.row(index), kernel.panelBytes(n));
        return new BlockPacker.Parts(panel, panel + Kernel.scales(n), panel + kernel.minima(n));
    }

    private static void operands(BlockPacker.Parts panel, Operand x, int t, int n, Arguments arguments) {
        int blocks = n / BlockFormat.SIZE;
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        long input = address(x.segment(), x.row(t), tokens * x.rowBytes());
        arguments.set(PanelProducts.CODES, panel.codes());
        arguments.set(PanelProducts.DW, panel.scales());
        arguments.set(PanelProducts.MINIMA, panel.minima());
        arguments.set(PanelProducts.BLOCKS, blocks);
        arguments.set(PanelProducts.Q, input);
        arguments.set(PanelProducts.DX, input + RowActivations.scales(n));
        arguments.set(PanelProducts.T, input + RowActivations.terms(n));
        arguments.set(PanelProducts.X_BYTES, x.rowBytes());
    }

    /** A panel with some tokens; the panel's and activations' arguments are set. */
    private static void multiply(Kernel kernel, Operand y, Operand x, int t, int first, int end, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        int rows = Math.min(ROWS, end - first);
        Operand part = scratch.rows(Scratch.Use.SCALES, PanelProducts.TOKENS, ROWS);
        boolean whole = rows == ROWS;
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(t) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        arguments.set(PanelProducts.Y, address(result, start, (tokens - 1) * step + 4L * ROWS));
        arguments.set(PanelProducts.Y_BYTES, step);
        kernel.products[tokens].call(arguments.address());
        for (int i = 0; i < tokens && !whole; i++) {
            MemorySegment.copy(part.segment(), part.row(i), y.segment(), y.row(t + i) + 4L * first, 4L * rows);
        }
    }
}
