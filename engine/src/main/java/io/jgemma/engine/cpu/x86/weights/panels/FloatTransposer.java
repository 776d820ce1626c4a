package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;
import static io.jgemma.engine.cpu.kernel.Places.rows;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.weights.DotProducts;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Turns up to 32 rows of F16, BF16 or F32 into a panel F32 [columns][32] with {@link Transposer}, 16 rows and 16 columns at a time.
 * What is left beside multiples of 16 is copied to a square of its own first, so that nothing outside the rows is read.
 */
public final class FloatTransposer {

    /** Rows and columns that are turned at a time. */
    private static final int SIZE = 16;

    private static final int ROWS = 2 * SIZE;
    private static final int LINE_BYTES = Float.BYTES * ROWS;

    private final Map<QuantType, Routine> routines = new LinkedHashMap<>();

    /** With the routines that {@link #codes} gives. */
    public FloatTransposer(CodeCache code) {
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            routines.put(kind.type(), code.routine(name(kind)));
        }
    }

    /** All routines by name. */
    public static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            codes.put(name(kind), Transposer.assemble(kind, LINE_BYTES));
        }
        return codes;
    }

    public static String name(DotProducts.Kind kind) {
        return "transpose " + kind;
    }

    /** Whether rows of a type can be turned. */
    public static boolean handles(QuantType type) {
        for (DotProducts.Kind kind : DotProducts.Kind.values()) {
            if (kind.type().equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Lines that a panel of so many columns needs room for. */
    public static int lines(int columns) {
        return Math.ceilDiv(columns, SIZE) * SIZE;
    }

    /**
     * Turns rows into a panel. Lines behind the last column, up to {@link #lines}, and columns of missing rows become zero.
     *
     * @param count rows, at most 32
     * @param column of {@code w} that becomes the first line
     * @param panel F32 [{@link #lines}, 32]
     */
    public void transpose(Operand w, int first, int count, int column, int columns, Operand panel, Scratch scratch) {
        Routine routine = Objects.requireNonNull(routines.get(w.type()));
        for (int half = 0; half < 2; half++) {
            int present = Math.clamp(count - half * SIZE, 0, SIZE);
            long to = rows(panel, 0, lines(columns), LINE_BYTES) + (long) Float.BYTES * SIZE * half;
            long from = w.row(first + half * SIZE) + w.type().bytes(column);
            int whole = present == SIZE ? columns / SIZE : 0;
            if (whole > 0) {
                long bytes = (SIZE - 1) * w.rowBytes() + w.type().bytes((long) whole * SIZE);
                call(routine, address(w.segment(), from, bytes), w.rowBytes(), to, whole, scratch.arguments());
            }
            for (int done = whole * SIZE; done < columns; done += SIZE) {
                long bytes = w.type().bytes(Math.min(SIZE, columns - done));
                long rowBytes = w.type().bytes(SIZE);
                MemorySegment square = square(w, from + w.type().bytes(done), present, bytes, rowBytes, scratch);
                long place = to + (long) LINE_BYTES * done;
                call(routine, address(square, 0, SIZE * rowBytes), rowBytes, place, 1, scratch.arguments());
            }
        }
    }

    private static MemorySegment square(Operand w, long from, int present, long bytes, long rowBytes, Scratch scratch) {
        MemorySegment square = scratch.rows(Scratch.Use.ROW, SIZE, SIZE).segment();
        square.asSlice(0, SIZE * rowBytes).fill((byte) 0);
        for (int i = 0; i < present; i++) {
            MemorySegment.copy(w.segment(), from + i * w.rowBytes(), square, i * rowBytes, bytes);
        }
        return square;
    }

    private static void call(Routine routine, long from, long rowBytes, long to, int times, Arguments arguments) {
        arguments.set(Transposer.FROM, from);
        arguments.set(Transposer.FIRST, to);
        arguments.set(Transposer.SECOND, to + SIZE / 2 * LINE_BYTES);
        arguments.set(Transposer.ROW_BYTES, rowBytes);
        arguments.set(Transposer.STEP, (long) SIZE * LINE_BYTES);
        arguments.set(Transposer.TIMES, times);
        routine.call(arguments.address());
    }
}
