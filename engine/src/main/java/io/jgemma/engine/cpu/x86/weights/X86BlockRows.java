package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of mapped weights with few rows of activations, on 256-bit registers: {@link RowQuantizer} rounds the activations to
 * 16 bits, {@link BlockRows} or {@link SuperBlockRows} multiplies.
 */
public final class X86BlockRows implements Products {

    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    private record Kernel(Activations activations, Routine rows) {}

    /** With the routines that {@link #codes} and {@link RowActivations#codes} give. */
    public X86BlockRows(CodeCache code) {
        for (BlockFormat format : BlockFormat.all()) {
            add(code, format.type(), RowOrder.PLAIN);
        }
        for (QuantType type : SuperBlocks.TYPES) {
            add(code, type, type.equals(QuantTypes.Q6_K) ? RowOrder.PARTED_HALVES : RowOrder.PARTED);
        }
    }

    private void add(CodeCache code, QuantType type, RowOrder order) {
        kernels.put(type, new Kernel(RowActivations.of(code, order), code.routine(rows(type))));
    }

    /** All routines by name, but for those of {@link RowActivations}. */
    public static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(rows(format.type()), BlockRows.assemble(format, isa));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            codes.put(rows(type), SuperBlockRows.assemble(type, isa));
        }
        return codes;
    }

    public static String rows(QuantType type) {
        return type.name() + " rows";
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
        Activations activations = kernel(w.type()).activations;
        Routine routine = kernel(w.type()).rows;
        int step = x.rows() == 1 ? to - from : (int) Math.max(4, RESIDENT_BYTES / w.rowBytes());
        int n = w.columns();
        Arguments arguments = scratch.arguments();
        long scratchBytes = BlockRows.scratchBytes(n / BlockFormat.SIZE);
        Operand scales = scratch.rows(Scratch.Use.SCALES, 1, (int) (scratchBytes / Float.BYTES));
        arguments.set(BlockRows.SCRATCH, address(scales.segment(), 0, scratchBytes));
        arguments.set(BlockRows.ROW_BYTES, w.rowBytes());
        arguments.set(BlockRows.BLOCKS, n / w.type().blockSize());
        for (int o = from; o < to; o += step) {
            int count = Math.min(step, to - o);
            arguments.set(BlockRows.ROWS, count);
            arguments.set(BlockRows.W, address(w.segment(), w.row(o), count * w.rowBytes()));
            for (int r = 0; r < x.rows(); r++) {
                long input = address(x.segment(), x.row(r), x.rowBytes());
                arguments.set(BlockRows.Q, input);
                arguments.set(BlockRows.DX, input + activations.factors(n));
                arguments.set(BlockRows.T, input + activations.terms(n));
                arguments.set(BlockRows.Y, address(y.segment(), y.row(r) + 4L * o, 4L * count));
                routine.call(arguments.address());
            }
        }
    }
}
