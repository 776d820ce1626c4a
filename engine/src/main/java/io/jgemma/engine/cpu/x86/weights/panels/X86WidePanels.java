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
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of weights with many rows of activations on 512-bit registers: 32 rows of weights at a time are unpacked into two
 * panels ({@link WidePacker}), which {@link WidePanels} multiplies with all rows of activations, rounded by {@code PanelQuantizer} to
 * one byte or to two.
 */
public final class X86WidePanels implements Products {

    private static final int ROWS = X86Panels.ROWS;

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} tokens. */
    private record Kernel(WidePacker packer, PanelActivations activations, Routine[] products) {

        PanelScaling scaling() {
            return packer.scaling();
        }

        /** Codes, scales and minima of a panel with rows of {@code n} elements. */
        long panelBytes(int n) {
            return minima(n) + (scaling() == PanelScaling.MINIMA ? factorBytes(n) : 0);
        }

        /** Where in a panel the scales begin. */
        static long scales(int n) {
            return ROWS * WidePacker.lines(n);
        }

        /** Where in a panel the minima begin. */
        long minima(int n) {
            return scales(n) + factorBytes(n);
        }

        private long factorBytes(int n) {
            return ROWS * WidePacker.lines((long) Float.BYTES * scaling().parts() * (n / BlockFormat.SIZE));
        }
    }

    /** With the routines that {@link #codes} and {@link PanelActivations#codes} give. */
    public X86WidePanels(CodeCache code, int planes) {
        RowGroups.all(Width.ZMM).forEach(groups -> add(new WidePacker(code, groups), code, planes));
    }

    private void add(WidePacker packer, CodeCache code, int planes) {
        Routine[] products = new Routine[WidePanels.TOKENS + 1];
        for (int t = 1; t < products.length; t++) {
            products[t] = code.routine(product(t, packer.scaling(), planes));
        }
        PanelActivations activations = PanelActivations.of(code, packer.scaling(), form(planes), packer.offset());
        kernels.put(packer.type(), new Kernel(packer, activations, products));
    }

    public static boolean supports(Isa isa) {
        return isa.isWide();
    }

    /** All routines by name, for activations of so many bytes, but for those of {@link PanelActivations}. */
    public static Map<String, byte[]> codes(int planes) {
        Map<String, byte[]> codes = new LinkedHashMap<>(WidePacker.codes());
        for (PanelScaling scaling : PanelScaling.values()) {
            for (int t = 1; t <= WidePanels.TOKENS; t++) {
                codes.put(product(t, scaling, planes), WidePanels.assemble(t, scaling, planes));
            }
        }
        return codes;
    }

    public static String product(int tokens, PanelScaling scaling, int planes) {
        return "wide panel x " + tokens + form(planes).title() + scaling.title();
    }

    private static ActivationForm form(int planes) {
        return ActivationForm.ofBits(planes * Byte.SIZE);
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
        Operand panels = scratch.rows(Scratch.Use.WEIGHTS, 2, (int) (panelBytes / Float.BYTES));
        long first = address(panels.segment(), panels.row(0), 2 * panelBytes);
        for (int o = from; o < to; o += 2 * ROWS) {
            for (int p = 0; p < 2; p++) {
                long panel = first + p * panelBytes;
                WidePacker.Parts parts =
                        new WidePacker.Parts(panel, panel + Kernel.scales(n), panel + kernel.minima(n));
                kernel.packer.pack(w, Math.min(to, o + p * ROWS), to, parts, scratch);
            }
            panelArguments(kernel, first, x, n, scratch.arguments());
            multiply(kernel, y, x, o, to, scratch);
        }
    }

    private void panelArguments(Kernel kernel, long panel, Operand x, int n, Arguments arguments) {
        long input = address(x.segment(), x.row(0), x.rows() * x.rowBytes());
        arguments.set(WidePanels.CODES, panel);
        arguments.set(WidePanels.DW, panel + Kernel.scales(n));
        arguments.set(WidePanels.MINIMA, panel + kernel.minima(n));
        arguments.set(WidePanels.PANEL_BYTES, kernel.panelBytes(n));
        arguments.set(WidePanels.BLOCKS, n / BlockFormat.SIZE);
        arguments.set(WidePanels.Q, input);
        arguments.set(WidePanels.DX, input + kernel.activations.factors(n));
        arguments.set(WidePanels.TERMS, input + kernel.activations.terms(n));
        arguments.set(WidePanels.X_BYTES, x.rowBytes());
    }

    /** Both panels with all tokens; the panels' and activations' arguments are set. */
    private static void multiply(Kernel kernel, Operand y, Operand x, int first, int end, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        int tokens = x.rows();
        int rows = Math.min(2 * ROWS, end - first);
        boolean whole = rows == 2 * ROWS;
        Operand part = scratch.rows(Scratch.Use.SCALES, whole ? 1 : tokens, 2 * ROWS);
        MemorySegment result = whole ? y.segment() : part.segment();
        long start = whole ? y.row(0) + 4L * first : 0;
        long step = whole ? y.rowBytes() : part.rowBytes();
        arguments.set(WidePanels.Y, address(result, start, (tokens - 1) * step + 8L * ROWS));
        arguments.set(WidePanels.Y_BYTES, step);
        if (tokens >= WidePanels.TOKENS) {
            arguments.set(WidePanels.GROUPS, tokens / WidePanels.TOKENS);
            kernel.products[WidePanels.TOKENS].call(arguments.address());
            // The rest goes on where this ended.
            arguments.readBack();
        }
        if (tokens % WidePanels.TOKENS > 0) {
            arguments.set(WidePanels.GROUPS, 1);
            kernel.products[tokens % WidePanels.TOKENS].call(arguments.address());
        }
        for (int i = 0; i < tokens && !whole; i++) {
            MemorySegment.copy(part.segment(), part.row(i), y.segment(), y.row(i) + 4L * first, 4L * rows);
        }
    }
}
