package io.jgemma.engine.cpu.x86.elements;

import static io.jgemma.engine.cpu.kernel.Places.address;
import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.elements.ElementRows.Kind;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is done to each element of rows, by {@link ElementRows} and {@link Rotation}. It is little faster than the Vector API once that
 * is compiled; but until then, the first seconds of a process, the Vector API takes a hundred times as long.
 */
public final class X86Elements {

    private static final String FIRST_ABOVE = "first above";

    private final Map<Kind, Routine> kinds = new EnumMap<>(Kind.class);
    private final Map<RopeSpec.Style, Routine> rotations = new EnumMap<>(RopeSpec.Style.class);
    private final Routine firstAbove;

    public X86Elements(CodeCache code) {
        firstAbove = code.routine(FIRST_ABOVE);
        for (Kind kind : Kind.values()) {
            kinds.put(kind, code.routine(kind.title()));
        }
        for (RopeSpec.Style style : RopeSpec.Style.values()) {
            rotations.put(style, code.routine(rotation(style)));
        }
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes(Isa isa) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            codes.put(kind.title(), ElementRows.assemble(kind, isa.width()));
        }
        codes.put(FIRST_ABOVE, FirstAbove.assemble());
        for (RopeSpec.Style style : RopeSpec.Style.values()) {
            codes.put(rotation(style), Rotation.assemble(style));
        }
        return codes;
    }

    public static String rotation(RopeSpec.Style style) {
        return "rotate " + style;
    }

    /** A column from {@code from} on before which all are at most a bound, and not 32 behind it. */
    public int skip(Operand x, int row, int from, float bound, Scratch scratch) {
        int runs = (x.columns() - from) / FirstAbove.RUN;
        if (runs == 0) {
            return from;
        }
        Arguments arguments = scratch.arguments();
        arguments.set(FirstAbove.X, address(x.segment(), x.row(row) + 4L * from, 4L * FirstAbove.RUN * runs));
        arguments.set(FirstAbove.RUNS, runs);
        arguments.setFloat(FirstAbove.BOUND, bound);
        firstAbove.call(arguments.address());
        arguments.readBack();
        return from + FirstAbove.RUN * (runs - (int) arguments.get(FirstAbove.LEFT_OVER));
    }

    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        run(Kind.NORM, y, x, from, to, norm(w, epsilon, scratch));
    }

    public void addRmsNorm(Operand x, Operand h, Operand w, float epsilon, int from, int to, Scratch scratch) {
        run(Kind.ADD_NORM, x, h, from, to, norm(w, epsilon, scratch));
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#center}. */
    public void center(Operand y, Operand x, int from, int to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        arguments.setFloat(ElementRows.SECOND_NUMBER, 1f / x.columns());
        run(Kind.CENTER, y, x, from, to, arguments);
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#activate}. */
    public void activate(Operand x, Operand bias, Activation f, int from, int to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        other(bias, 0, 1, arguments);
        Kind kind = switch (f) {
            case SILU -> Kind.BIAS_SILU;
            case GELU_TANH -> Kind.BIAS_GELU;
        };
        run(kind, x, x, from, to, arguments);
    }

    private static Arguments norm(Operand w, float epsilon, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        arguments.setFloat(ElementRows.NUMBER, epsilon);
        arguments.setFloat(ElementRows.SECOND_NUMBER, 1f / w.columns());
        other(w, 0, 1, arguments);
        return arguments;
    }

    public void add(Operand x, Operand h, int from, int to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        if (h.rows() == 1) {
            other(h, 0, 1, arguments);
        } else {
            other(h, from, to - from, arguments);
        }
        run(Kind.ADD, x, x, from, to, arguments);
    }

    public void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        arguments.setFloat(ElementRows.NUMBER, factor);
        run(Kind.SCALE, y, x, from, to, arguments);
    }

    public void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        other(up, from, to - from, arguments);
        Kind kind = switch (f) {
            case SILU -> Kind.SILU;
            case GELU_TANH -> Kind.GELU;
        };
        run(kind, y, gate, from, to, arguments);
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#round}, for F16. */
    public void round(Operand x, int from, int to, Scratch scratch) {
        run(Kind.ROUND, x, x, from, to, scratch.arguments());
    }

    /** See {@link io.jgemma.engine.cpu.kernel.CpuKernels#encode}, for F16. */
    public void encode(
            MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, int count, Scratch scratch) {
        Arguments arguments = scratch.arguments();
        arguments.set(ElementRows.Y, address(dst, dstOffset, QuantTypes.F16.bytes(count)));
        arguments.set(ElementRows.X, address(src, srcOffset, 4L * count));
        arguments.set(ElementRows.ROWS, 1);
        arguments.set(ElementRows.COLUMNS, count);
        Objects.requireNonNull(kinds.get(Kind.ENCODE)).call(arguments.address());
    }

    /** Whether {@link #encode} and {@link #round} are for a type. */
    public static boolean stores(QuantType type) {
        return type == QuantTypes.F16;
    }

    /** Sets rows {@code first} and following, so many, as the second operand; a single row serves all. */
    private static void other(Operand w, int first, int rows, Arguments arguments) {
        boolean one = w.rows() == 1;
        arguments.set(ElementRows.W, place(w, first, rows));
        arguments.set(ElementRows.W_BYTES, one ? 0 : w.rowBytes());
    }

    private static long place(Operand operand, int first, int rows) {
        return rows(operand, first, rows, 4L * operand.columns());
    }

    private void run(Kind kind, Operand y, Operand x, int from, int to, Arguments arguments) {
        if (from == to) {
            return;
        }
        arguments.set(ElementRows.Y, place(y, from, to - from));
        arguments.set(ElementRows.X, place(x, from, to - from));
        arguments.set(ElementRows.Y_BYTES, y.rowBytes());
        arguments.set(ElementRows.X_BYTES, x.rowBytes());
        arguments.set(ElementRows.ROWS, to - from);
        arguments.set(ElementRows.COLUMNS, x.columns());
        Objects.requireNonNull(kinds.get(kind)).call(arguments.address());
    }

    public void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch) {
        int heads = x.columns() / headDim;
        if (from == to || heads == 0) {
            return;
        }
        Arguments arguments = scratch.arguments();
        arguments.set(Rotation.X, place(x, from, to - from));
        arguments.set(Rotation.TABLE, place(table, from, to - from));
        arguments.set(Rotation.X_BYTES, x.rowBytes());
        arguments.set(Rotation.TABLE_BYTES, table.rowBytes());
        arguments.set(Rotation.ROWS, to - from);
        arguments.set(Rotation.PAIRS, table.columns() / 2);
        arguments.set(Rotation.HEADS, heads);
        arguments.set(Rotation.HEAD_BYTES, 4L * headDim);
        Objects.requireNonNull(rotations.get(style)).call(arguments.address());
    }
}
