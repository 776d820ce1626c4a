package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.quant.QuantType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Products of rows of floats ({@link DotProducts}): weights in F16, BF16 and F32 with any number of rows of activations, and keys that lie plainly
 * with queries.
 */
public final class X86Dots implements Products {

    private static final int MOST = DotProducts.MOST;

    private final Width width;
    private final Map<QuantType, Kernel> kernels = new LinkedHashMap<>();

    /** Routines by the number of {@code q}: for one {@code k}, and for a block of them. */
    private record Kernel(Routine[] one, Routine[] several) {}

    public X86Dots(CodeCache code, Isa isa) {
        width = isa.width();
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            Routine[] one = new Routine[MOST + 1];
            Routine[] several = new Routine[MOST + 1];
            for (int rows = 1; rows <= MOST; rows++) {
                one[rows] = code.routine(name(kind, rows, 1));
                several[rows] = code.routine(name(kind, rows, DotProducts.block(width, rows)));
            }
            kernels.put(kind.type(), new Kernel(one, several));
        }
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        Width width = isa.width();
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            for (int rows = 1; rows <= MOST; rows++) {
                int block = DotProducts.block(width, rows);
                codes.put(name(kind, rows, 1), DotProducts.assemble(kind, width, rows, 1));
                codes.put(name(kind, rows, block), DotProducts.assemble(kind, width, rows, block));
            }
        }
        return codes;
    }

    public static String name(DotProducts.Kind kind, int rows, int others) {
        return kind + " dots " + rows + " x " + others;
    }

    @Override
    public boolean handles(QuantType type) {
        return kernels.containsKey(type);
    }

    /** Whether rows of so many elements can be multiplied here. */
    public boolean fits(int columns) {
        return columns > 0 && columns % width.lanes() == 0;
    }

    @Override
    public Operand prepared(QuantType weights, Operand x, Scratch scratch) {
        return x;
    }

    @Override
    public void prepare(QuantType weights, Operand x, Operand to, int from, int end, Scratch scratch) {}

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        int resident = Math.toIntExact(Math.max(MOST, RESIDENT_BYTES / w.rowBytes() / MOST * MOST));
        if (x.rows() <= MOST) {
            // Memory sets the pace, and gives most where it is read row after row.
            products(y, x, w, from, to, false, scratch);
            return;
        }
        for (int o = from; o < to; o += resident) {
            products(y, x, w, o, Math.min(to, o + resident), true, scratch);
        }
    }

    /** {@code c[i][j] = a[i] . b[j]}. */
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        products(c, a, b, 0, b.rows(), true, scratch);
    }

    /** {@code c[i][j] = a[i] . b[j]} for {@code from <= j < to}, blocks of {@code j} at a time or each for itself. */
    private void products(Operand c, Operand a, Operand b, int from, int to, boolean blocks, Scratch scratch) {
        Kernel kernel = Objects.requireNonNull(kernels.get(b.type()));
        int count = to - from;
        if (count == 0) {
            return;
        }
        Arguments arguments = scratch.arguments();
        arguments.set(DotProducts.S_BYTES, c.rowBytes());
        arguments.set(DotProducts.Q_BYTES, a.rowBytes());
        arguments.set(DotProducts.K_BYTES, b.rowBytes());
        arguments.set(DotProducts.COLUMNS, a.columns() / width.lanes());
        long k = rows(b, from, count, b.type().bytes(b.columns()));
        int step = DotProducts.step(width, a.rows());
        for (int i = 0; i < a.rows(); i += step) {
            int rows = Math.min(step, a.rows() - i);
            int block = DotProducts.block(width, rows);
            int whole = blocks ? count / block * block : 0;
            long s = rows(c, i, rows, 4L * to) + 4L * from;
            arguments.set(DotProducts.Q, rows(a, i, rows, 4L * a.columns()));
            if (whole > 0) {
                arguments.set(DotProducts.S, s);
                arguments.set(DotProducts.K, k);
                arguments.set(DotProducts.BLOCKS, whole / block);
                kernel.several[rows].call(arguments.address());
            }
            if (whole < count) {
                arguments.set(DotProducts.S, s + 4L * whole);
                arguments.set(DotProducts.K, k + whole * b.rowBytes());
                arguments.set(DotProducts.BLOCKS, count - whole);
                kernel.one[rows].call(arguments.address());
            }
        }
    }
}
