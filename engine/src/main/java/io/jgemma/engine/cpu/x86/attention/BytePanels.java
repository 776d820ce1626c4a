package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelActivations;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.panels.PanelStart;
import io.jgemma.engine.cpu.x86.weights.panels.WidePacker;
import io.jgemma.engine.cpu.x86.weights.panels.WidePanels;
import io.jgemma.engine.cpu.x86.weights.panels.X86Panels;
import io.jgemma.engine.cpu.x86.weights.panels.X86WidePanels;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Two panels of 16 rows of bytes each, made of 32 columns of a matrix, and their products with rows rounded to bytes. */
public final class BytePanels {

    private static final int BLOCK = BlockFormat.SIZE;
    private static final int PANEL_ROWS = X86Panels.ROWS;

    private final PanelActivations activations;
    private final Map<TileFloats.Kind, Routine> columns = new EnumMap<>(TileFloats.Kind.class);
    private final Map<PanelStart, Routine[]> products = new EnumMap<>(PanelStart.class);

    /**
     * Where panels lie.
     *
     * @param codes address of the first
     * @param n columns of each
     */
    record Place(long codes, int n) {

        long scales() {
            return codes + scalesOffset(n);
        }

        /** Bytes of a panel. */
        long bytes() {
            return bytes(n);
        }

        /** Where in a panel its scales begin. */
        static long scalesOffset(int n) {
            return PANEL_ROWS * WidePacker.lines(n);
        }

        private static long bytes(int n) {
            return scalesOffset(n) + PANEL_ROWS * WidePacker.lines(4L * (n / BLOCK));
        }
    }

    BytePanels(CodeCache code) {
        activations = PanelActivations.of(code, PanelScaling.PLAIN, ActivationForm.BYTES, ColumnQuantizer.OFFSET);
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            columns.put(kind, code.routine(columns(kind)));
        }
        for (PanelStart start : PanelStart.values()) {
            Routine[] routines = new Routine[WidePanels.TOKENS + 1];
            for (int t = 1; t < routines.length; t++) {
                routines[t] = code.routine(product(t, start));
            }
            products.put(start, routines);
        }
    }

    /** The routines that {@link X86WidePanels} does not have, by name. */
    public static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (TileFloats.Kind kind : TileFloats.Kind.OF_TILES) {
            codes.put(columns(kind), ColumnQuantizer.assemble(kind));
        }
        for (PanelStart start : PanelStart.values()) {
            for (int t = 1; t <= WidePanels.TOKENS && start != PanelStart.ZERO; t++) {
                codes.put(product(t, start), WidePanels.assemble(t, PanelScaling.PLAIN, 1, start));
            }
        }
        return codes;
    }

    public static String columns(TileFloats.Kind kind) {
        return kind + " columns for panels";
    }

    public static String product(int tokens, PanelStart start) {
        return X86WidePanels.product(tokens, PanelScaling.PLAIN, 1) + start.title();
    }

    /** Room for panels of {@code n} columns; the same each time. */
    static Place place(int n, Scratch scratch) {
        Operand room = scratch.rows(Scratch.Use.WEIGHTS, 2, (int) (Place.bytes(n) / Float.BYTES));
        return new Place(address(room.segment(), 0, 2 * Place.bytes(n)), n);
    }

    /** Rounds 32 columns to panels; the matrix's arguments are set. */
    void columns(TileFloats.Kind kind, Place place, int groups, Arguments arguments) {
        arguments.set(ColumnQuantizer.CODES, place.codes());
        arguments.set(ColumnQuantizer.DW, place.scales());
        arguments.set(ColumnQuantizer.PANEL_BYTES, place.bytes());
        arguments.set(ColumnQuantizer.GROUPS, groups);
        Objects.requireNonNull(columns.get(kind)).call(arguments.address());
    }

    /** Rows as activations of 8 bits. */
    Operand quantized(Operand rows, Scratch scratch) {
        Operand to = activations.prepared(rows, scratch);
        activations.prepare(rows, to, 0, rows.rows(), scratch);
        return to;
    }

    /** 32 columns of {@code y} from {@code column} on: all rows of {@code x} times both place. */
    void multiply(PanelStart start, Operand y, int column, Place place, Operand x, Scratch scratch) {
        Routine[] routines = Objects.requireNonNull(products.get(start));
        Arguments arguments = scratch.arguments();
        int tokens = x.rows();
        long input = address(x.segment(), x.row(0), tokens * x.rowBytes());
        long row = 8L * PANEL_ROWS;
        arguments.set(WidePanels.CODES, place.codes());
        arguments.set(WidePanels.DW, place.scales());
        arguments.set(WidePanels.PANEL_BYTES, place.bytes());
        arguments.set(WidePanels.BLOCKS, place.n() / BLOCK);
        arguments.set(WidePanels.Q, input);
        arguments.set(WidePanels.DX, input + activations.factors(place.n()));
        arguments.set(WidePanels.TERMS, input + activations.terms(place.n()));
        arguments.set(WidePanels.X_BYTES, x.rowBytes());
        arguments.set(WidePanels.Y_BYTES, y.rowBytes());
        arguments.set(WidePanels.Y, address(y.segment(), y.row(0) + 4L * column, (tokens - 1) * y.rowBytes() + row));
        if (tokens >= WidePanels.TOKENS) {
            arguments.set(WidePanels.GROUPS, tokens / WidePanels.TOKENS);
            routines[WidePanels.TOKENS].call(arguments.address());
            // The rest goes on where this ended.
            arguments.readBack();
        }
        if (tokens % WidePanels.TOKENS > 0) {
            arguments.set(WidePanels.GROUPS, 1);
            routines[tokens % WidePanels.TOKENS].call(arguments.address());
        }
    }
}
