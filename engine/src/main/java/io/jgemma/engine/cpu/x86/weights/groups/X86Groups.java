package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.Products;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Products of repacked weights ({@link GroupLayout}) with few rows of activations. */
public final class X86Groups implements Products {

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** What one type of weights needs; {@code products[t]} multiplies with {@code t} rows of activations. */
    private record Kernel(RowGroups format, PanelActivations activations, Routine[] products) {

        /** The most rows of activations of one call. */
        int most() {
            return products.length - 1;
        }
    }

    /** With the routines that {@link #codes} gives. */
    public X86Groups(CodeCache code, Isa isa, int bits) {
        for (RowGroups format : RowGroups.all(isa.width())) {
            ActivationForm form = format.form(isa, bits);
            Routine[] products = new Routine[format.tokens() + 1];
            for (int t = 1; t < products.length; t++) {
                products[t] = code.routine(product(format, form, t));
            }
            PanelActivations activations = PanelActivations.of(code, format.scaling(), form, format.codeOffset());
            kernels.put(format.type(), new Kernel(format, activations, products));
        }
    }

    /** All routines by name, for activations of so many bits. */
    public static Map<String, byte[]> codes(Isa isa, int bits) {
        Map<String, byte[]> codes = new LinkedHashMap<>(GroupLayout.codes(isa.width()));
        for (RowGroups format : RowGroups.all(isa.width())) {
            ActivationForm form = format.form(isa, bits);
            for (int t = 1; t <= format.tokens(); t++) {
                codes.put(product(format, form, t), format.assembleRows(isa, bits, t));
            }
            codes.putAll(PanelActivations.codes(isa.width(), form));
        }
        return codes;
    }

    /** The name of the routine for so many rows of activations in a form. */
    public static String product(RowGroups format, ActivationForm form, int tokens) {
        return format.type().name() + " groups x " + tokens + form.title();
    }

    /** From how many rows of activations on, of so many bytes an element, panels pay. */
    public int panelsFrom(QuantType type, int bytes) {
        return kernel(type).format.panelsFrom(bytes);
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
        RowGroups format = kernel.format;
        int tokens = x.rows();
        long groupBytes = format.groupBytes(w.columns());
        int whole = to / format.rows() * format.rows();
        int step = tokens <= kernel.most() ? to - from : format.rows() * (int) Math.max(1, RESIDENT_BYTES / groupBytes);
        setLengths(kernel, w, x, scratch.arguments());
        for (int o = from; o < whole; o += step) {
            int rows = Math.min(step, whole - o);
            long results = address(y.segment(), y.row(0) + 4L * o, (tokens - 1) * y.rowBytes() + 4L * rows);
            multiply(kernel, new Results(results, y.rowBytes()), w, o, rows, x, scratch.arguments());
        }
        if (whole < to) {
            // The rows behind the last are zero, and y has no room for them.
            Operand part = scratch.rows(Scratch.Use.SUMS, tokens, format.rows());
            int first = Math.max(from, whole);
            long results = address(part.segment(), part.row(0), tokens * part.rowBytes());
            Results whereTo = new Results(results, part.rowBytes());
            multiply(kernel, whereTo, w, first, format.rows(), x, scratch.arguments());
            for (int r = 0; r < tokens; r++) {
                MemorySegment.copy(part.segment(), part.row(r), y.segment(), y.row(r) + 4L * first, 4L * (to - first));
            }
        }
    }

    private static void setLengths(Kernel kernel, Operand w, Operand x, Arguments arguments) {
        int n = w.columns();
        arguments.set(GroupRows.UNITS, kernel.format.units(n));
        arguments.set(GroupRows.REST, kernel.format.rest(n));
        arguments.set(TokenFrame.X_BYTES, x.rowBytes());
    }

    /** Where a first row of results goes, and how far behind it the next. */
    private record Results(long address, long rowBytes) {}

    /** Whole groups with all rows of activations, as evenly shared among calls as can be; the lengths are set. */
    private static void multiply(
            Kernel kernel, Results y, Operand w, int first, int rows, Operand x, Arguments arguments) {
        int n = w.columns();
        int groups = rows / kernel.format.rows();
        long groupBytes = kernel.format.groupBytes(n);
        long input = address(x.segment(), x.row(0), x.rows() * x.rowBytes());
        arguments.set(
                GroupRows.W, address(w.segment(), first / kernel.format.rows() * groupBytes, groups * groupBytes));
        arguments.set(GroupRows.GROUPS, groups);
        arguments.set(TokenFrame.Y_BYTES, y.rowBytes);
        int calls = Math.ceilDiv(x.rows(), kernel.most());
        for (int call = 0, row = 0; call < calls; call++) {
            int tokens = (x.rows() - row) / (calls - call);
            long q = input + row * x.rowBytes();
            arguments.set(GroupRows.Y, y.address + row * y.rowBytes);
            arguments.set(GroupRows.Q, q);
            arguments.set(GroupRows.DX, q + kernel.activations.factors(n));
            arguments.set(GroupRows.TERMS, q + kernel.activations.terms(n));
            kernel.products[tokens].call(arguments.address());
            row += tokens;
        }
    }
}
