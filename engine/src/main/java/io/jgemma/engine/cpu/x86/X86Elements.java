package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Places.address;
import static io.jgemma.engine.cpu.x86.Places.arguments;

import io.jgemma.engine.cpu.Operand;
import io.jgemma.engine.cpu.Scratch;
import io.jgemma.engine.cpu.x86.ElementRows.Kind;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is done to each element of rows, by {@link ElementRows} and {@link Rotation}. It is little faster than the Vector API once that
 * is compiled; but until then, the first seconds of a process, the Vector API takes a hundred times as long.
 */
final class X86Elements {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final String FIRST_ABOVE = "first above";

    private final Map<Kind, Routine> kinds = new EnumMap<>(Kind.class);
    private final Map<RopeSpec.Style, Routine> rotations = new EnumMap<>(RopeSpec.Style.class);
    private final Routine firstAbove;

    X86Elements(CodeCache code) {
        firstAbove = code.routine(FIRST_ABOVE);
        for (Kind kind : Kind.values()) {
            kinds.put(kind, code.routine(kind.title()));
        }
        for (RopeSpec.Style style : RopeSpec.Style.values()) {
            rotations.put(style, code.routine(rotation(style)));
        }
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Isa isa) {
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

    static String rotation(RopeSpec.Style style) {
        return "rotate " + style;
    }

    /** A column from {@code from} on before which all are at most a bound, and not 32 behind it. */
    int skip(Operand x, int row, int from, float bound, Scratch scratch) {
        int runs = (x.columns() - from) / FirstAbove.RUN;
        if (runs == 0) {
            return from;
        }
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, FirstAbove.X, address(x.segment(), x.row(row) + 4L * from, 4L * FirstAbove.RUN * runs));
        arguments.set(LONG, FirstAbove.RUNS, runs);
        arguments.set(FLOAT, FirstAbove.BOUND, bound);
        firstAbove.call(arguments.address());
        return from + FirstAbove.RUN * (runs - (int) arguments.get(LONG, FirstAbove.LEFT_OVER));
    }

    void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        norm(Kind.NORM, y, x, w, epsilon, from, to, scratch);
    }

    void addRmsNorm(Operand x, Operand h, Operand w, float epsilon, int from, int to, Scratch scratch) {
        norm(Kind.ADD_NORM, x, h, w, epsilon, from, to, scratch);
    }

    private void norm(Kind kind, Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        arguments.set(FLOAT, ElementRows.NUMBER, epsilon);
        arguments.set(FLOAT, ElementRows.SECOND_NUMBER, 1f / x.columns());
        other(w, 0, 1, arguments);
        run(kind, y, x, from, to, arguments);
    }

    void add(Operand x, Operand h, int from, int to, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        if (h.rows() == 1) {
            other(h, 0, 1, arguments);
        } else {
            other(h, from, to - from, arguments);
        }
        run(Kind.ADD, x, x, from, to, arguments);
    }

    void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        arguments.set(FLOAT, ElementRows.NUMBER, factor);
        run(Kind.SCALE, y, x, from, to, arguments);
    }

    void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        other(up, from, to - from, arguments);
        Kind kind = switch (f) {
            case SILU -> Kind.SILU;
            case GELU_TANH -> Kind.GELU;
        };
        run(kind, y, gate, from, to, arguments);
    }

    /** See {@link io.jgemma.engine.cpu.CpuKernels#round}, for F16. */
    void round(Operand x, int from, int to, Scratch scratch) {
        run(Kind.ROUND, x, x, from, to, arguments(scratch));
    }

    /** See {@link io.jgemma.engine.cpu.CpuKernels#encode}, for F16. */
    void encode(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, int count, Scratch scratch) {
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, ElementRows.Y, address(dst, dstOffset, QuantTypes.F16.bytes(count)));
        arguments.set(LONG, ElementRows.X, address(src, srcOffset, 4L * count));
        arguments.set(LONG, ElementRows.ROWS, 1);
        arguments.set(LONG, ElementRows.COLUMNS, count);
        Objects.requireNonNull(kinds.get(Kind.ENCODE)).call(arguments.address());
    }

    /** Whether {@link #encode} and {@link #round} are for a type. */
    static boolean stores(QuantType type) {
        return type == QuantTypes.F16;
    }

    /** Sets rows {@code first} and following, so many, as the second operand; a single row serves all. */
    private static void other(Operand w, int first, int rows, MemorySegment arguments) {
        boolean one = w.rows() == 1;
        arguments.set(LONG, ElementRows.W, place(w, first, rows));
        arguments.set(LONG, ElementRows.W_BYTES, one ? 0 : w.rowBytes());
    }

    private static long place(Operand operand, int first, int rows) {
        return address(operand.segment(), operand.row(first), (rows - 1) * operand.rowBytes() + 4L * operand.columns());
    }

    private void run(Kind kind, Operand y, Operand x, int from, int to, MemorySegment arguments) {
        if (from == to) {
            return;
        }
        arguments.set(LONG, ElementRows.Y, place(y, from, to - from));
        arguments.set(LONG, ElementRows.X, place(x, from, to - from));
        arguments.set(LONG, ElementRows.Y_BYTES, y.rowBytes());
        arguments.set(LONG, ElementRows.X_BYTES, x.rowBytes());
        arguments.set(LONG, ElementRows.ROWS, to - from);
        arguments.set(LONG, ElementRows.COLUMNS, x.columns());
        Objects.requireNonNull(kinds.get(kind)).call(arguments.address());
    }

    void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch) {
        int heads = x.columns() / headDim;
        if (from == to || heads == 0) {
            return;
        }
        MemorySegment arguments = arguments(scratch);
        arguments.set(LONG, Rotation.X, place(x, from, to - from));
        arguments.set(LONG, Rotation.TABLE, place(table, from, to - from));
        arguments.set(LONG, Rotation.X_BYTES, x.rowBytes());
        arguments.set(LONG, Rotation.TABLE_BYTES, table.rowBytes());
        arguments.set(LONG, Rotation.ROWS, to - from);
        arguments.set(LONG, Rotation.PAIRS, table.columns() / 2);
        arguments.set(LONG, Rotation.HEADS, heads);
        arguments.set(LONG, Rotation.HEAD_BYTES, 4L * headDim);
        Objects.requireNonNull(rotations.get(style)).call(arguments.address());
    }
}
