package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.kernel.Places.address;

import io.jgemma.engine.cpu.kernel.Arguments;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Routine;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.cpu.x86.weights.groups.GroupUnpacker;
import io.jgemma.engine.cpu.x86.weights.groups.RowGroups;
import io.jgemma.engine.quant.QuantType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Panels of weights for 512-bit registers ({@link WidePanels}): {@link BlockUnpacker} or {@link SuperUnpacker} unpacks row by
 * row, then {@link Transposer} turns 16 rows of codes, four columns at a time, and of factors into a panel's order.
 */
public final class WidePacker {

    private static final String TRANSPOSE = "transpose";

    private static final int ROWS = X86Panels.ROWS;
    private static final int LINE = 64;

    private final QuantType type;
    private final PanelScaling scaling;
    private final Routine unpack;
    private final Routine transpose;
    private final RowGroups groups;
    private final Routine unpackGroup;

    /** The addresses of a panel's codes, scales and minima. */
    record Parts(long codes, long scales, long minima) {}

    WidePacker(CodeCache code, RowGroups groups) {
        this.groups = groups;
        type = groups.type();
        scaling = groups.scaling();
        unpack = code.routine(name(type));
        transpose = code.routine(TRANSPOSE);
        unpackGroup = code.routine(name(groups));
    }

    /** All routines by name. */
    static Map<String, byte[]> codes() {
        Map<String, byte[]> codes = new LinkedHashMap<>();
        for (BlockFormat format : BlockFormat.all()) {
            codes.put(name(format.type()), BlockUnpacker.assemble(format));
        }
        for (RowGroups format : RowGroups.all(Width.ZMM)) {
            codes.put(name(format), format.assembleUnpacker(false));
        }
        for (QuantType type : SuperBlocks.TYPES) {
            codes.put(name(type), SuperUnpacker.assemble(type));
        }
        codes.put(TRANSPOSE, Transposer.assemble());
        return codes;
    }

    private static String name(QuantType type) {
        return type.name() + " unpack";
    }

    public static String name(RowGroups format) {
        return format.type().name() + " unpack group";
    }

    QuantType type() {
        return type;
    }

    PanelScaling scaling() {
        return scaling;
    }

    /** What belongs to each code, which is unsigned. */
    int offset() {
        return groups.codeOffset();
    }

    /** Unpacks rows {@code first} and following, at most 16, to a panel; rows from {@code end} on become zero. */
    void pack(Operand w, int first, int end, Parts to, Scratch scratch) {
        int rows = Math.clamp(end - first, 0, ROWS);
        if (rows > 0 && w.layout() != null) {
            unpackGroup(w, first, to, scratch.arguments());
            return;
        }
        Unpacked unpacked = new Unpacked(w.columns());
        Operand room = scratch.rows(Scratch.Use.ROW, 1, (int) (unpacked.bytes() / Float.BYTES));
        long start = address(room.segment(), 0, unpacked.bytes());
        if (rows < ROWS) {
            room.segment().asSlice(0, unpacked.bytes()).fill((byte) 0);
        }
        Arguments arguments = scratch.arguments();
        if (rows > 0) {
            long from = address(w.segment(), w.row(first), rows * w.rowBytes());
            if (type.blockSize() == BlockFormat.SIZE) {
                unpackBlocks(arguments, from, rows, w.rowBytes(), start, unpacked);
            } else {
                unpackSuperBlocks(arguments, from, rows, w.rowBytes(), start, unpacked);
            }
            unpack.call(arguments.address());
        }
        transpose(arguments, start, unpacked.codeBytes(), to.codes(), to.codes() + 8 * LINE, 16 * LINE);
        long scales = start + unpacked.scales();
        if (type.blockSize() == BlockFormat.SIZE) {
            transpose(arguments, scales, unpacked.factorBytes(), to.scales(), to.scales() + 8 * LINE, 16 * LINE);
            if (scaling == PanelScaling.MINIMA) {
                long minima = start + unpacked.minima();
                transpose(arguments, minima, unpacked.factorBytes(), to.minima(), to.minima() + 8 * LINE, 16 * LINE);
            }
        } else if (scaling == PanelScaling.MINIMA) {
            transpose(arguments, scales, unpacked.factorBytes(), to.scales(), to.minima(), 8 * LINE);
        } else {
            transpose(arguments, scales, unpacked.factorBytes(), to.scales(), to.scales() + 8 * LINE, 16 * LINE);
        }
    }

    /** The rows of a group behind the last are zero already. */
    private void unpackGroup(Operand w, int first, Parts to, Arguments arguments) {
        long groupBytes = groups.groupBytes(w.columns());
        arguments.set(GroupUnpacker.W, address(w.segment(), first / groups.rows() * groupBytes, groupBytes));
        arguments.set(GroupUnpacker.CODES, to.codes());
        arguments.set(GroupUnpacker.SCALES, to.scales());
        arguments.set(GroupUnpacker.MINIMA, to.minima());
        arguments.set(GroupUnpacker.UNITS, groups.units(w.columns()));
        arguments.set(GroupUnpacker.REST, groups.rest(w.columns()));
        unpackGroup.call(arguments.address());
    }

    private void unpackBlocks(Arguments arguments, long from, int rows, long rowBytes, long to, Unpacked unpacked) {
        arguments.set(BlockUnpacker.W, from);
        arguments.set(BlockUnpacker.CODES, to);
        arguments.set(BlockUnpacker.SCALES, to + unpacked.scales());
        arguments.set(BlockUnpacker.MINIMA, to + unpacked.minima());
        arguments.set(BlockUnpacker.ROWS, rows);
        arguments.set(BlockUnpacker.ROW_BYTES, rowBytes);
        arguments.set(BlockUnpacker.CODE_BYTES, unpacked.codeBytes());
        arguments.set(BlockUnpacker.FACTOR_BYTES, unpacked.factorBytes());
        arguments.set(BlockUnpacker.BLOCKS, unpacked.columns / BlockFormat.SIZE);
    }

    private void unpackSuperBlocks(
            Arguments arguments, long from, int rows, long rowBytes, long to, Unpacked unpacked) {
        arguments.set(SuperUnpacker.CODES, to);
        arguments.set(SuperUnpacker.W, from);
        arguments.set(SuperUnpacker.FACTORS, to + unpacked.scales());
        arguments.set(SuperUnpacker.ROWS, rows);
        arguments.set(SuperUnpacker.ROW_BYTES, rowBytes);
        arguments.set(SuperUnpacker.BLOCKS, unpacked.columns / type.blockSize());
    }

    /** Transposes 16 rows of so many bytes, 64 at a time; {@code step} bytes lie between results. */
    private void transpose(Arguments arguments, long from, long rowBytes, long first, long second, long step) {
        arguments.set(Transposer.FROM, from);
        arguments.set(Transposer.FIRST, first);
        arguments.set(Transposer.SECOND, second);
        arguments.set(Transposer.ROW_BYTES, rowBytes);
        arguments.set(Transposer.STEP, step);
        arguments.set(Transposer.TIMES, rowBytes / LINE);
        transpose.call(arguments.address());
    }

    /** 16 rows, unpacked: all codes, then all scales, then, of blocks of 32, all minima; rows are padded to whole lines. */
    private final class Unpacked {
        private final int columns;

        Unpacked(int columns) {
            this.columns = columns;
        }

        long codeBytes() {
            return lines(columns);
        }

        /** Of blocks of 256 scales and minima stand side by side. */
        long factorBytes() {
            return type.blockSize() == BlockFormat.SIZE
                    ? lines((long) Float.BYTES * (columns / BlockFormat.SIZE))
                    : (long) SuperUnpacker.FACTOR_BYTES * (columns / type.blockSize());
        }

        long scales() {
            return ROWS * codeBytes();
        }

        long minima() {
            return scales() + ROWS * factorBytes();
        }

        long bytes() {
            return minima() + ROWS * factorBytes();
        }
    }

    /** Bytes rounded up to whole lines. */
    public static long lines(long bytes) {
        return Math.ceilDiv(bytes, LINE) * LINE;
    }
}
