package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of mapped weights in blocks of 32 with few rows of activations, on 256-bit registers: {@link RowQuantizer} rounds the
 * activations to 16 bits, {@link BlockRows} multiplies.
 */
final class X86BlockRows implements Products {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final String QUANTIZE = "quantize";

    private final Routine quantize;
    private final Map<QuantType, Routine> rows = new LinkedHashMap<>();

    X86BlockRows(CodeCache code) {
        quantize = code.routine(QUANTIZE);
        for (BlockFormat format : BlockFormat.all()) {
            rows.put(format.type(), code.routine(rows(format)));
        }
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        codes.put(QUANTIZE, RowQuantizer.assemble());
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(rows(format), BlockRows.assemble(format, isa));
        }
        return codes;
    }

    private static String rows(BlockFormat format) {
        return format.name() + " rows";
    }

    @Override
    public boolean handles(QuantType type) {
        return rows.containsKey(type);
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        int padded = BlockRows.paddedBlocks(x.columns() / BlockFormat.SIZE);
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), x.columns() / 2 + 2 * padded);
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {
        int n = x.columns();
        int blocks = n / BlockFormat.SIZE;
        int padded = BlockRows.paddedBlocks(blocks);
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, RowQuantizer.BLOCKS, blocks);
        for (int r = from; r < end; r++) {
            long scales = to.row(r) + 2L * n;
            long terms = scales + 4L * padded;
            for (int b = blocks; b < padded; b++) {
                to.segment().set(JAVA_FLOAT_UNALIGNED, scales + 4L * b, 0);
                to.segment().set(JAVA_FLOAT_UNALIGNED, terms + 4L * b, 0);
            }
            long row = address(to.segment(), to.row(r), to.rowBytes());
            arguments.set(LONG, RowQuantizer.X, address(x.segment(), x.row(r), 4L * n));
            arguments.set(LONG, RowQuantizer.Q, row);
            arguments.set(LONG, RowQuantizer.D, row + 2L * n);
            arguments.set(LONG, RowQuantizer.T, row + 2L * n + 4L * padded);
            quantize.call(arguments.address());
        }
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Routine routine = Objects.requireNonNull(rows.get(w.type()));
        int step = x.rows() == 1 ? to - from : (int) Math.max(4, RESIDENT_BYTES / w.rowBytes());
        int n = w.columns();
        int blocks = n / BlockFormat.SIZE;
        MemorySegment arguments = arguments(scratch);
        long scratchBytes = BlockRows.scratchBytes(blocks);
        Operand scales = scratch.rows(Scratch.Use.SCALES, 1, (int) (scratchBytes / Float.BYTES));
        arguments.set(LONG, BlockRows.SCRATCH, address(scales.segment(), 0, scratchBytes));
        arguments.set(LONG, BlockRows.ROW_BYTES, w.rowBytes());
        arguments.set(LONG, BlockRows.BLOCKS, blocks);
        for (int o = from; o < to; o += step) {
            int count = Math.min(step, to - o);
            arguments.set(LONG, BlockRows.ROWS, count);
            arguments.set(LONG, BlockRows.W, address(w.segment(), w.row(o), count * w.rowBytes()));
            for (int r = 0; r < x.rows(); r++) {
                long input = address(x.segment(), x.row(r), x.rowBytes());
                arguments.set(LONG, BlockRows.Q, input);
                arguments.set(LONG, BlockRows.DX, input + 2L * n);
                arguments.set(LONG, BlockRows.T, input + 2L * n + 4L * BlockRows.paddedBlocks(blocks));
                arguments.set(LONG, BlockRows.Y, address(y.segment(), y.row(r) + 4L * o, 4L * count));
                routine.call(arguments.address());
            }
        }
    }
}
