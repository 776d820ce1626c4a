package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The routines of {@link WeightedRows} by the kind of their columns and the number of their rows. */
final class X86WeightedRows {

    private final int most;
    private final Map<TileFloats.Kind, Routine[]> routines = new EnumMap<>(TileFloats.Kind.class);

    /** With the routines that {@link #codes} gives. */
    X86WeightedRows(CodeCache code, Isa isa) {
        most = WeightedRows.most(isa.width());
        for (TileFloats.Kind kind : TileFloats.Kind.values()) {
            Routine[] ofKind = new Routine[most + 1];
            for (int i = 1; i < ofKind.length; i++) {
                ofKind[i] = code.routine(WeightedRows.name(kind, i));
            }
            routines.put(kind, ofKind);
        }
    }

    /** All routines by name. */
    static Map<String, byte[]> codes(Width width) {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (TileFloats.Kind kind : TileFloats.Kind.values()) {
            for (int i = 1; i <= WeightedRows.most(width); i++) {
                codes.put(WeightedRows.name(kind, i), WeightedRows.assemble(kind, width, i));
            }
        }
        return codes;
    }

    /** The most rows of a call. */
    int most() {
        return most;
    }

    /** Calls the routine for so many rows; all arguments are set. */
    void call(TileFloats.Kind kind, int count, Arguments arguments) {
        Objects.requireNonNull(routines.get(kind))[count].call(arguments.address());
    }

    /** Arguments for rows of floats. */
    static void plain(long values, long rowBytes, int rows, int columns, Arguments arguments) {
        arguments.set(WeightedRows.V, values);
        arguments.set(WeightedRows.SCALES, 0);
        arguments.set(WeightedRows.ROW_BYTES, rowBytes);
        arguments.set(WeightedRows.ROW_SCALES, 0);
        arguments.set(WeightedRows.ROWS, rows);
        arguments.set(WeightedRows.BLOCKS, columns / TileFloats.COLUMNS);
        arguments.set(WeightedRows.TILES, 1);
        arguments.set(WeightedRows.AHEAD, 0);
    }

    /** Runs the routine over rows of {@code o} and {@code p}, as many at a time as there are registers; the rest of the arguments is set. */
    void run(TileFloats.Kind kind, Operand o, int columns, Operand p, int weights, Arguments arguments) {
        long begin = arguments.get(WeightedRows.BEGIN);
        long values = arguments.get(WeightedRows.V);
        long scales = arguments.get(WeightedRows.SCALES);
        arguments.set(WeightedRows.O_BYTES, o.rowBytes());
        arguments.set(WeightedRows.P_BYTES, p.rowBytes());
        int step = Math.ceilDiv(o.rows(), Math.ceilDiv(o.rows(), most));
        for (int i = 0; i < o.rows(); i += step) {
            int count = Math.min(step, o.rows() - i);
            arguments.set(WeightedRows.O, rows(o, i, count, 4L * columns));
            arguments.set(WeightedRows.P, rows(p, i, count, 4L * weights));
            arguments.set(WeightedRows.V, values);
            arguments.set(WeightedRows.SCALES, scales);
            arguments.set(WeightedRows.BEGIN, begin == 0 ? 0 : begin + 4L * i);
            call(kind, count, arguments);
        }
    }
}
