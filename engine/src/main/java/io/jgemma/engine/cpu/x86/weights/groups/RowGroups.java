package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.quant.QuantType;
import java.util.ArrayList;
import java.util.List;

/**
 * An order of weights in which 16 rows lie together, so that 64 bytes have four neighbouring elements of each of them, as {@code vpdpbusd}
 * adds them up, and sums need not be folded. A group is a sequence of units of some columns, which take as many bytes as in the file, or
 * a part of a line more, and begin at a line of memory.
 */
public interface RowGroups {

    /** Rows of a group. */
    int ROWS = 16;

    int LINE = 64;

    /** All that there are. */
    static List<RowGroups> all() {
        List<RowGroups> all = new ArrayList<>(GroupFormat.all());
        all.addAll(SuperGroupFormat.all());
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

    /**
     * What a block of a row consists of, in the order of the file: two or four bytes, which in a unit stand beside those of the next row.
     *
     * @param from byte in the block of the file
     * @param to byte in the unit, for the first row
     * @param half whether these are two bytes, not four
     */
    record Piece(int from, int to, boolean half) {}

    /** The pieces of one of the {@link #unitBlocks} blocks of a unit. */
    List<Piece> pieces(int block);

    /** Blocks of the file that a row has in a unit. */
    default int unitBlocks() {
        return unitColumns() / type().blockSize();
    }

    /** The routine that multiplies groups with a row of activations; its arguments are those of {@link GroupRows}. */
    byte[] assembleRows();

    /** The routine that unpacks a group to a panel; its arguments are those of {@link GroupUnpacker}. */
    byte[] assembleUnpacker();
}
