package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An order of weights in which 16 rows lie together, so that 64 bytes have four neighbouring elements of each of them, as {@code vpdpbusd}
 * adds them up, and sums need not be folded. A group is a sequence of units of some columns, which take as many bytes as in the file, or
 * a part of a line more, and begin at a line of memory.
 */
interface RowGroups {

    /** Rows of a group. */
    int ROWS = 16;

    int LINE = 64;

    /** All that can be multiplied with some instructions. */
    static List<RowGroups> all(Isa isa) {
        List<RowGroups> all = new ArrayList<>(GroupFormat.all());
        if (isa == Isa.AVX512_VBMI) {
            all.addAll(SuperGroupFormat.all());
        }
        return all;
    }

    QuantType type();

    /** How activations are rounded that meet these. */
    PanelScaling scaling();

    /** What belongs to each code, which is unsigned. */
    int codeOffset();

    /** Columns of a unit. */
    int unitColumns();

    int unitBytes();

    /** Whole units of a row. */
    default int units(int columns) {
        return columns / unitColumns();
    }

    /** Blocks of 32 columns behind the whole units. */
    default int rest(int columns) {
        return columns % unitColumns() / BlockFormat.SIZE;
    }

    default long groupBytes(int columns) {
        return (long) Math.ceilDiv(columns, unitColumns()) * unitBytes();
    }

    default long bytes(int rows, int columns) {
        return groups(rows) * groupBytes(columns);
    }

    static long groups(int rows) {
        return Math.ceilDiv(rows, ROWS);
    }

    /** The routine that puts rows of the file into a group; its arguments are those of {@link GroupPacker}. */
    byte[] assemblePacker();

    /** The routine that multiplies groups with a row of activations; its arguments are those of {@link GroupRows}. */
    byte[] assembleRows();

    /** The routine that unpacks a group to a panel; its arguments are those of {@link GroupUnpacker}. */
    byte[] assembleUnpacker();

    /** Gives a row back as it was in the file; see {@link io.jgemma.engine.cpu.WeightLayout#unpack}. */
    void unpack(MemorySegment packed, int columns, int row, MemorySegment to);
}
