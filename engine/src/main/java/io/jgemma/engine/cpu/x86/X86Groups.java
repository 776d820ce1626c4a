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

/** Products of repacked weights ({@link GroupLayout}) with few rows of activations on 512-bit registers. */
final class X86Groups implements Products {

    /** Bytes of an activation. */
    static final int PLANES = 2;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    private record Kernel(GroupFormat format, PanelActivations activations, Routine rows) {}

    X86Groups(CodeCache code) {
        for (GroupFormat format : GroupFormat.all()) {
            BlockFormat blocks = format.blocks();
            PanelActivations activations =
                    PanelActivations.of(code, PanelScaling.of(blocks), PLANES, blocks.unsignedOffset());
            kernels.put(format.type(), new Kernel(format, activations, code.routine(rows(format))));
        }
    }

    static boolean supports(Isa isa) {
        return isa.isWide();
    }

    /** All routines by name, but for those of {@link PanelActivations}. */
    static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (GroupFormat format : GroupFormat.all()) {
            codes.put(rows(format), GroupRows.assemble(format));
        }
        return codes;
    }

    static String rows(GroupFormat format) {
        return format.blocks().name() + " groups";
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
        GroupFormat format = kernel(w.type()).format;
        long groupBytes = format.groupBytes(w.columns());
        int whole = to / GroupFormat.ROWS * GroupFormat.ROWS;
        int step = x.rows() == 1 ? to - from : rows(Math.max(1, RESIDENT_BYTES / groupBytes));
        for (int o = from; o < whole; o += step) {
            int rows = Math.min(step, whole - o);
            for (int r = 0; r < x.rows(); r++) {
                multiply(address(y.segment(), y.row(r) + 4L * o, 4L * rows), w, o, rows, x, r, scratch);
            }
        }
        if (whole < to) {
            // The rows behind the last are zero, and y has no room for them.
            Operand part = scratch.rows(Scratch.Use.SUMS, 1, GroupFormat.ROWS);
            int first = Math.max(from, whole);
            for (int r = 0; r < x.rows(); r++) {
                long results = address(part.segment(), part.row(0), part.rowBytes());
                multiply(results, w, first, GroupFormat.ROWS, x, r, scratch);
                MemorySegment.copy(part.segment(), part.row(0), y.segment(), y.row(r) + 4L * first, 4L * (to - first));
            }
        }
    }

    private static int rows(long groups) {
        return Math.toIntExact(GroupFormat.ROWS * groups);
    }

    /** Whole groups with one row of activations. */
    private void multiply(long y, Operand w, int first, int rows, Operand x, int r, Scratch scratch) {
        Kernel kernel = kernel(w.type());
        int n = w.columns();
        int blocks = GroupFormat.blocks(n);
        int groups = rows / GroupFormat.ROWS;
        long groupBytes = kernel.format.groupBytes(n);
        long input = address(x.segment(), x.row(r), x.rowBytes());
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, GroupRows.Y, y);
        arguments.set(
                LONG, GroupRows.W, address(w.segment(), first / GroupFormat.ROWS * groupBytes, groups * groupBytes));
        arguments.set(LONG, GroupRows.Q, input);
        arguments.set(LONG, GroupRows.DX, input + kernel.activations.factors(n));
        arguments.set(LONG, GroupRows.TERMS, input + kernel.activations.terms(n));
        arguments.set(LONG, GroupRows.GROUPS, groups);
        arguments.set(LONG, GroupRows.UNITS, blocks / 2);
        arguments.set(LONG, GroupRows.REST, blocks % 2);
        kernel.rows.call(arguments.address());
    }
}
