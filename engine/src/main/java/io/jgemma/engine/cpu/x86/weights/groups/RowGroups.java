package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.quant.QuantType;
import java.util.ArrayList;
import java.util.List;

/**
 * An order of weights in which as many rows lie together as a register has lanes of 32 bits, so that a line of as many bytes as the register has four
 * neighbouring elements of each of them, as {@code vpdpbusd} adds them up, and sums need not be folded. A group is a sequence of units of some columns,
 * which take as many bytes as in the file, or a part of a line more, and begin at a line.
 */
public interface RowGroups {

    /** All that there are for a width. */
    static List<RowGroups> all(Width width) {
        List<RowGroups> all = new ArrayList<>(GroupFormat.all(width));
        all.addAll(SuperGroupFormat.all(width));
        return all;
    }

    QuantType type();

    /** The registers that read these. */
    Width width();

    /** Rows of a group. */
    default int rows() {
        return width().lanes();
    }

    /** Bytes of a line: four of each row. */
    default int line() {
        return width().bytes();
    }

    /** How activations are rounded that meet these. */
    PanelScaling scaling();

    /** The largest code. */
    int largest();

    /** What belongs to each code, which is unsigned. */
    int codeOffset();

    /** The form of the activations that {@link #assembleRows} multiplies, of 8 bits at least. */
    default ActivationForm form(Isa isa, int bits) {
        return most(isa) == 0 ? ActivationForm.WORDS : ActivationForm.ofBits(bits);
    }

    /**
     * How many products of codes with bytes, two of them added up, fit into 16 bits together; 0 where one does not, all that there are with {@code vpdpbusd},
     * which adds them up in 32.
     */
    default int most(Isa isa) {
        return isa.hasByteProducts() ? Integer.MAX_VALUE : Short.MAX_VALUE / (2 * largest() * -Byte.MIN_VALUE);
    }

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

    default long groups(int rows) {
        return Math.ceilDiv(rows, rows());
    }

    /** How a piece of a block is copied. */
    enum Content {
        /** Two bytes, beside which stand those of the next row. */
        HALF,
        /** Four bytes. */
        WORD,
        /** Four bytes of a bit for each of 32 elements: bit {@code k} of byte {@code j} becomes that of element {@code 4 k + j}. */
        BITS
    }

    /**
     * What a block of a row consists of, in the order of the file.
     *
     * @param from byte in the block of the file
     * @param to byte in the unit, for the first row
     */
    record Piece(int from, int to, Content content) {}

    /** The pieces of one of the {@link #unitBlocks} blocks of a unit. */
    List<Piece> pieces(int block);

    /** Blocks of the file that a row has in a unit. */
    default int unitBlocks() {
        return unitColumns() / type().blockSize();
    }

    /** The most rows of activations that a routine multiplies groups with. */
    int tokens();

    /**
     * From how many rows of activations on it pays to unpack panels first.
     *
     * @param bytes of an activation that meets panels
     */
    int panelsFrom(int bytes);

    /**
     * The routine that multiplies groups with so many rows of activations in the {@link #form}; its arguments are those of {@link GroupRows}, for several
     * rows those of {@link TokenFrame}.
     */
    byte[] assembleRows(Isa isa, int bits, int tokens);

    /**
     * The routine that unpacks a group to a panel, or to half of one where a group has 8 rows; its arguments are those of {@link GroupUnpacker}.
     *
     * @param words whether codes become words, their offset added, and not bytes
     */
    byte[] assembleUnpacker(boolean words);
}
