package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.kernel.Places.address;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of activations as {@link RowQuantizer} leaves them: integers, then scales, then terms, the last two padded with zeros.
 *
 * @param order of the integers
 * @param quantize the quantizer for it
 */
public record RowActivations(RowOrder order, Routine quantize) implements Activations {

    public static RowActivations of(CodeCache code, RowOrder order) {
        return new RowActivations(order, code.routine(order.title()));
    }

    /** All quantizers by name. */
    public static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (RowOrder order : RowOrder.values()) {
            codes.put(order.title(), RowQuantizer.assemble(order));
        }
        return codes;
    }

    @Override
    public long factors(int n) {
        return 2L * n;
    }

    @Override
    public long terms(int n) {
        return factors(n) + 4L * padded(n);
    }

    private static int padded(int n) {
        return BlockRows.paddedBlocks(n / BlockFormat.SIZE);
    }

    @Override
    public Operand prepared(Operand x, Scratch scratch) {
        long rowBytes = terms(x.columns()) + 4L * order.terms() * padded(x.columns());
        return scratch.rows(Scratch.Use.ACTIVATIONS, x.rows(), (int) (rowBytes / Float.BYTES));
    }

    @Override
    public void prepare(Operand x, Operand to, int from, int end, Scratch scratch) {
        int n = x.columns();
        int blocks = n / BlockFormat.SIZE;
        Arguments arguments = scratch.arguments();
        arguments.set(RowQuantizer.BLOCKS, blocks);
        for (int r = from; r < end; r++) {
            for (int b = blocks; b < padded(n); b++) {
                to.segment().set(JAVA_FLOAT_UNALIGNED, to.row(r) + factors(n) + 4L * b, 0);
                to.segment().set(JAVA_FLOAT_UNALIGNED, to.row(r) + terms(n) + 4L * b, 0);
            }
            long row = address(to.segment(), to.row(r), to.rowBytes());
            arguments.set(RowQuantizer.X, address(x.segment(), x.row(r), 4L * n));
            arguments.set(RowQuantizer.Q, row);
            arguments.set(RowQuantizer.D, row + factors(n));
            arguments.set(RowQuantizer.T, row + terms(n));
            quantize.call(arguments.address());
        }
    }
}
