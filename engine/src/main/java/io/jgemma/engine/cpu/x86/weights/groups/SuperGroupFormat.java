package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights in blocks of 256 (Q4_K, Q5_K, Q6_K) of 16 rows together, or of 8 on registers of 256 bits: a unit is a block of each row, whose bytes lie as in
 * the file, but four of a row beside four of the next.
 *
 * <pre>
 * Q4_K, Q5_K   F16 [2][rows]              d and dmin
 *              int32 [35 or 43][rows]     words as in the file, from the second on
 * Q6_K         F16 [rows]                 the last two bytes, and half a line of nothing
 *              int32 [4][rows]            words 48 to 51: scales
 *              int32 [2][24][rows]        of each 128 elements the 8 words of high bits and the 16 of low ones
 * </pre>
 * That is the order in which they are read.
 */
record SuperGroupFormat(QuantType type, Width width) implements RowGroups {

    static List<SuperGroupFormat> all(Width width) {
        return SuperBlocks.TYPES.stream()
                .map(type -> new SuperGroupFormat(type, width))
                .toList();
    }

    boolean isSix() {
        return type == QuantTypes.Q6_K;
    }

    boolean isFive() {
        return type == QuantTypes.Q5_K;
    }

    @Override
    public int largest() {
        return isSix() ? 63 : isFive() ? 31 : 15;
    }

    /** Where in a unit {@code dmin} begins, where the format has it. */
    int minima() {
        return Short.BYTES * rows();
    }

    /** Whole words of a block. */
    int words() {
        return type.blockBytes() / Integer.BYTES;
    }

    /** Whether a block has two bytes more than whole words. */
    boolean hasHalf() {
        return type.blockBytes() % Integer.BYTES != 0;
    }

    /** The line that has a word of all rows. */
    int line(int word) {
        if (!isSix()) {
            return word;
        }
        if (word >= 48) {
            return 1 + word - 48;
        }
        int half = word < 32 ? word / 16 : (word - 32) / 8;
        int first = 5 + 24 * half;
        return word < 32 ? first + 8 + word % 16 : first + word % 8;
    }

    @Override
    public PanelScaling scaling() {
        return PanelScaling.of(type);
    }

    @Override
    public int codeOffset() {
        return isSix() ? -32 : 0;
    }

    @Override
    public int unitColumns() {
        return type.blockSize();
    }

    @Override
    public int unitBytes() {
        return line() * (words() + (hasHalf() ? 1 : 0));
    }

    @Override
    public List<Piece> pieces(int block) {
        List<Piece> pieces = new ArrayList<>();
        if (!hasHalf()) {
            pieces.add(new Piece(0, 0, Content.HALF));
            pieces.add(new Piece(Short.BYTES, minima(), Content.HALF));
        }
        for (int i = hasHalf() ? 0 : 1; i < words(); i++) {
            pieces.add(new Piece(4 * i, line() * line(i), Content.WORD));
        }
        if (hasHalf()) {
            pieces.add(new Piece(4 * words(), 0, Content.HALF));
        }
        return pieces;
    }

    @Override
    public int tokens() {
        return width == Width.ZMM ? SuperGroupTokens.MOST : 1;
    }

    @Override
    public int panelsFrom(int bytes) {
        return 6;
    }

    @Override
    public byte[] assembleRows(Isa isa, int bits, int tokens) {
        return width == Width.ZMM
                ? SuperGroupTokens.assemble(this, form(isa, bits), tokens)
                : NarrowSuperRows.assemble(this, isa, bits);
    }

    @Override
    public byte[] assembleUnpacker(boolean words) {
        return width == Width.ZMM ? SuperGroupUnpacker.assemble(this) : NarrowSuperUnpacker.assemble(this, words);
    }
}
