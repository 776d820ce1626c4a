package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.Activations;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.RowActivations;
import io.jgemma.engine.cpu.x86.weights.RowOrder;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * Products of weights with many rows of activations on 256-bit registers: rows of weights, as mapped or repacked, are unpacked into panels of
 * {@link PanelPacker}'s form, 16 at a time, and {@link PanelProducts} multiplies them with rounded activations.
 */
public final class X86Panels implements Products {

    /** Rows of a panel. */
    public static final int ROWS = 16;

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} tokens. */
    private record Kernel(
            PanelScaling scaling, int codeBytes, PanelSource source, Activations activations, Routine[] products) {

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return minima(n) + (scaling == PanelScaling.MINIMA ? scaleBytes(n) : 0);
        }

        /** Where in a panel the scales begin. */
        long scales(int n) {
            return (long) codeBytes * ROWS * n;
        }

        /** Where in a panel the minima begin. */
        long minima(int n) {
            return scales(n) + scaleBytes(n);
        }

        private long scaleBytes(int n) {
            return 4L * ROWS * scaling.parts() * (n / BlockFormat.SIZE);
        }
    }

    private X86Panels() {}

    /** The routines that multiply one type's panels: {@code [t]} with {@code t} tokens. */
    private static Routine[] products(CodeCache code, IntFunction<String> name) {
        Routine[] products = new Routine[PanelProducts.TOKENS + 1];
        for (int t = 1; t < products.length; t++) {
            products[t] = code.routine(name.apply(t));
        }
        return products;
    }

    /** For weights as mapped, with the routines that {@link #codes} and {@link RowActivations#codes} give. */
    public static X86Panels mapped(CodeCache code) {
        X86Panels panels = new X86Panels();
        Activations activations = RowActivations.of(code, RowOrder.PLAIN);
        for (BlockFormat format : BlockFormat.all()) {
            panels.addMapped(code, format.type(), PanelScaling.of(format), activations);
        }
        for (QuantType type : SuperBlocks.TYPES) {
            panels.addMapped(code, type, PanelScaling.of(type), activations);
        }
        return panels;
    }

    /** For repacked weights, of 8 or 16 bits, with the routines that {@link #codes} and {@link #groupCodes} give. */
    public static X86Panels repacked(CodeCache code, Isa isa, int bits) {
        X86Panels panels = new X86Panels();
        for (RowGroups format : RowGroups.all(Width.YMM)) {
            ActivationForm form = GroupPanels.form(format, isa, bits);
            PanelScaling scaling = format.scaling();
            boolean words = form == ActivationForm.WORDS;
            panels.kernels.put(
                    format.type(),
                    new Kernel(
                            scaling,
                            form.bytes(),
                            new GroupPanels(code, format, form),
                            PanelActivations.of(code, scaling, form, format.codeOffset()),
                            products(
                                    code,
                                    t -> words ? product(t, scaling) : byteProduct(t, scaling, steps(format, isa)))));
        }
        return panels;
    }

    private void addMapped(CodeCache code, QuantType type, PanelScaling scaling, Activations activations) {
        Routine[] products = products(code, t -> product(t, scaling));
        kernels.put(type, new Kernel(scaling, Short.BYTES, new BlockPacker(code, type), activations, products));
    }

    /** Steps of four columns whose products are added up before they are scaled, at most. */
    public static int steps(RowGroups format, Isa isa) {
        return Math.min(format.most(isa), BlockFormat.SIZE / 4);
    }

    /** The routines for repacked weights that {@link #codes} has not, by name. */
    public static Map<String, byte[]> groupCodes(Isa isa, int bits) {
        Map<String, byte[]> codes = new LinkedHashMap<>(GroupPanels.codes(isa, bits));
        for (RowGroups format : RowGroups.all(Width.YMM)) {
            ActivationForm form = GroupPanels.form(format, isa, bits);
            codes.putAll(PanelActivations.codes(Width.YMM, form));
            int steps = steps(format, isa);
            for (int t = 1; t <= PanelProducts.TOKENS && form == ActivationForm.BYTES; t++) {
                codes.put(
                        byteProduct(t, format.scaling(), steps),
                        BytePanelProducts.assemble(t, format.scaling(), isa, steps));
            }
        }
        return codes;
    }

    /** All routines by name, but for those of {@link RowActivations} and {@link #groupCodes}. */
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

    /** The name of the routine for bytes whose sums hold so many steps. */
    public static String byteProduct(int tokens, PanelScaling scaling, int steps) {
        return product(tokens, scaling) + ActivationForm.BYTES.title() + " by " + steps;
    }

    @Override
    public boolean handles(QuantType type) {
        return kernels.containsKey(type);
    }

    private Kernel kernel(QuantType type) {
        return Objects.requireNonNull(kernels.get(type));
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        return kernel(weights).activations.prepared(x, scratch);
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {
        kernel(weights).activations.prepare(x, to, from, end, scratch);
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Kernel kernel = kernel(w.type());
        int n = w.columns();
        long panelBytes = kernel.panelBytes(n);
        int most = Math.clamp(RESIDENT_BYTES / panelBytes, 1, 8);
        Operand panels = scratch.rows(Scratch.Use.WEIGHTS, most, (int) (panelBytes / Float.BYTES));
        for (int o = from; o < to; o += most * ROWS) {
            int count = Math.min(most, Math.ceilDiv(to - o, ROWS));
            for (int p = 0; p < count; p++) {
                kernel.source.pack(w, o + p * ROWS, to, panel(kernel, panels, p, n), scratch);
            }
            for (int t = 0; t < x.rows(); t += PanelProducts.TOKENS) {
                for (int p = 0; p < count; p++) {
                    operands(kernel, panel(kernel, panels, p, n), x, t, n, scratch.arguments());
                    multiply(kernel, y, x, t, o + p * ROWS, to, scratch);
                }
            }
        }
    }

    private static PanelSource.Parts panel(Kernel kernel, Operand panels, int index, int n) {
        long panel = address(panels.segment(), panels.row(index), kernel.panelBytes(n));
        return new PanelSource.Parts(panel, panel + kernel.scales(n), panel + kernel.minima(n));
    }

    private static void operands(Kernel kernel, PanelSource.Parts panel, Operand x, int t, int n, Arguments arguments) {
        int blocks = n / BlockFormat.SIZE;
        int tokens = Math.min(PanelProducts.TOKENS, x.rows() - t);
        long input = address(x.segment(), x.row(t), tokens * x.rowBytes());
        arguments.set(PanelProducts.CODES, panel.codes());
        arguments.set(PanelProducts.DW, panel.scales());
        arguments.set(PanelProducts.MINIMA, panel.minima());
        arguments.set(PanelProducts.BLOCKS, blocks);
        arguments.set(PanelProducts.Q, input);
        arguments.set(PanelProducts.DX, input + kernel.activations.factors(n));
        arguments.set(PanelProducts.T, input + kernel.activations.terms(n));
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
