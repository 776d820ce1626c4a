package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Products of mapped weights with few rows of activations on 512-bit registers: {@link WideRows} and {@link SuperRows}. */
public final class X86Rows implements Products {

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();
    private final Map<PlaneOrder, Routine> quantizers = new EnumMap<>(PlaneOrder.class);

    private record Kernel(PlaneOrder order, Routine routine) {}

    public X86Rows(CodeCache code) {
        for (PlaneOrder order : PlaneOrder.values()) {
            quantizers.put(order, code.routine(quantize(order)));
        }
        for (BlockFormat format : BlockFormat.all()) {
            kernels.put(format.type(), new Kernel(PlaneOrder.of(format), code.routine(rows(format.type()))));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            kernels.put(type, new Kernel(PlaneOrder.of(type), code.routine(rows(type))));
        }
    }

    public static boolean supports(Isa isa) {
        return isa == Isa.AVX512_VBMI;
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (PlaneOrder order : PlaneOrder.values()) {
            codes.put(quantize(order), WideQuantizer.assemble(order));
        }
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(rows(format.type()), WideRows.assemble(format));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            codes.put(rows(type), SuperRows.assemble(type));
        }
        return codes;
    }

    public static String quantize(PlaneOrder order) {
        return "quantize " + order;
    }

    public static String rows(QuantType type) {
        return type.name() + " wide rows";
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
        long rowBytes = kernel(weights).order.rowBytes(x.columns());
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), (int) (rowBytes / Float.BYTES));
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {
        PlaneOrder order = kernel(weights).order;
        int n = x.columns();
        int blocks = n / order.blockElements();
        Arguments arguments = scratch.arguments();
        arguments.set(WideQuantizer.BLOCKS, blocks);
        for (int r = from; r < end; r++) {
            if (blocks % order.blocks() != 0) {
                to.segment()
                        .asSlice(to.row(r) + to.rowBytes() - order.unitBytes(), order.unitBytes())
                        .fill((byte) 0);
            }
            arguments.set(WideQuantizer.X, address(x.segment(), x.row(r), 4L * n));
            arguments.set(WideQuantizer.TO, address(to.segment(), to.row(r), to.rowBytes()));
            Objects.requireNonNull(quantizers.get(order)).call(arguments.address());
        }
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        long within = (w.segment().byteSize() - w.row(0) - WideRows.BEYOND) / w.rowBytes();
        int direct = Math.clamp(within, from, to);
        int step = x.rows() == 1 ? to - from : (int) Math.max(4, RESIDENT_BYTES / w.rowBytes());
        for (int o = from; o < direct; o += step) {
            int rows = Math.min(step, direct - o);
            multiply(y, w, x, o, rows, address(w.segment(), w.row(o), rows * w.rowBytes() + WideRows.BEYOND), scratch);
        }
        if (direct < to) {
            // Behind these rows the file may end.
            long bytes = (to - direct) * w.rowBytes();
            Operand copy = scratch.rows(Scratch.Use.ROW, 1, (int) Math.ceilDiv(bytes + WideRows.BEYOND, Float.BYTES));
            MemorySegment.copy(w.segment(), w.row(direct), copy.segment(), 0, bytes);
            multiply(y, w, x, direct, to - direct, address(copy.segment(), 0, bytes + WideRows.BEYOND), scratch);
        }
    }

    private void multiply(Operand y, Operand w, Operand x, int first, int rows, long weights, Scratch scratch) {
        Kernel kernel = kernel(w.type());
        int blocks = w.columns() / kernel.order.blockElements();
        Arguments arguments = scratch.arguments();
        arguments.set(WideRows.ROWS, rows);
        arguments.set(WideRows.ROW_BYTES, w.rowBytes());
        arguments.set(WideRows.UNITS, blocks / kernel.order.blocks());
        arguments.set(WideRows.REST, blocks % kernel.order.blocks());
        arguments.set(WideRows.W, weights);
        for (int r = 0; r < x.rows(); r++) {
            arguments.set(WideRows.X, address(x.segment(), x.row(r), x.rowBytes()));
            arguments.set(WideRows.Y, address(y.segment(), y.row(r) + 4L * first, 4L * rows));
            kernel.routine.call(arguments.address());
        }
    }
}
