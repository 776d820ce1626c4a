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

    private record Kernel(RowGroups format, PanelActivations activations, Routine rows) {}

    /** With the routines that {@link #codes} gives. */
    public X86Groups(CodeCache code, Isa isa, int bits) {
        for (RowGroups format : RowGroups.all(isa.width())) {
            PanelActivations activations =
                    PanelActivations.of(code, format.scaling(), format.form(isa, bits), format.codeOffset());
            kernels.put(
                    format.type(), new Kernel(format, activations, code.routine(rows(format, format.form(isa, bits)))));
        }
    }

    /** All routines by name, for activations of so many bits. */
    public static Map<String, byte[]> codes(Isa isa, int bits) {
        Map<String, byte[]> codes = new LinkedHashMap<>(GroupLayout.codes(isa.width()));
        for (RowGroups format : RowGroups.all(isa.width())) {
            codes.put(rows(format, format.form(isa, bits)), format.assembleRows(isa, bits));
            codes.putAll(PanelActivations.codes(isa.width(), format.form(isa, bits)));
        }
        return codes;
    }

    /** The name of the routine for activations in a form. */
    public static String rows(RowGroups format, ActivationForm form) {
        return format.type().name() + " groups" + form.title();
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
        RowGroups format = kernel(w.type()).format;
        long groupBytes = format.groupBytes(w.columns());
        int whole = to / format.rows() * format.rows();
        int step = x.rows() == 1 ? to - from : format.rows() * (int) Math.max(1, RESIDENT_BYTES / groupBytes);
        for (int o = from; o < whole; o += step) {
            int rows = Math.min(step, whole - o);
            for (int r = 0; r < x.rows(); r++) {
                multiply(address(y.segment(), y.row(r) + 4L * o, 4L * rows), w, o, rows, x, r, scratch);
            }
        }
        if (whole < to) {
            // The rows behind the last are zero, and y has no room for them.
            Operand part = scratch.rows(Scratch.Use.SUMS, 1, format.rows());
            int first = Math.max(from, whole);
            for (int r = 0; r < x.rows(); r++) {
                long results = address(part.segment(), part.row(0), part.rowBytes());
                multiply(results, w, first, format.rows(), x, r, scratch);
                MemorySegment.copy(part.segment(), part.row(0), y.segment(), y.row(r) + 4L * first, 4L * (to - first));
            }
        }
    }

    /** Whole groups with one row of activations. */
    private void multiply(long y, Operand w, int first, int rows, Operand x, int r, Scratch scratch) {
        Kernel kernel = kernel(w.type());
        int n = w.columns();
        int groups = rows / kernel.format.rows();
        long groupBytes = kernel.format.groupBytes(n);
        long input = address(x.segment(), x.row(r), x.rowBytes());
        Arguments arguments = scratch.arguments();
        arguments.set(GroupRows.Y, y);
        arguments.set(
                GroupRows.W, address(w.segment(), first / kernel.format.rows() * groupBytes, groups * groupBytes));
        arguments.set(GroupRows.Q, input);
        arguments.set(GroupRows.DX, input + kernel.activations.factors(n));
        arguments.set(GroupRows.TERMS, input + kernel.activations.terms(n));
        arguments.set(GroupRows.GROUPS, groups);
        arguments.set(GroupRows.UNITS, kernel.format.units(n));
        arguments.set(GroupRows.REST, kernel.format.rest(n));
        kernel.rows.call(arguments.address());
    }
}
