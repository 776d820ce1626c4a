package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.quant.QuantType;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights in blocks of 32 ({@link BlockFormat}) of 16 rows together, or of 8 on registers of 256 bits. A group of rows is a sequence of units of two
 * blocks of each row, which take as many bytes as in the file and begin at a line; where a row has an odd number of blocks, the last
 * unit's second block is zero.
 *
 * <pre>
 * scales       F16 [2 blocks][rows]
 * minima       F16 [2 blocks][rows]                  where the format has them
 * fifth bits   bytes [2 blocks][rows][4]             where it has them: bit k of byte j of element 4 k + j
 * codes        bytes [2 blocks][4 or 8][rows][4]     nibbles: those of elements 4 j.. below those of 16 + 4 j.., j = 0..3;
 *                                                    bytes: elements 4 j.., j = 0..7
 * </pre>
 */
public record GroupFormat(BlockFormat blocks, Width width) implements RowGroups {

    public static List<GroupFormat> all(Width width) {
        return BlockFormat.all().stream()
                .map(blocks -> new GroupFormat(blocks, width))
                .toList();
    }

    @Override
    public QuantType type() {
        return blocks.type();
    }

    private int halvesBytes() {
        return Short.BYTES * rows();
    }

    /** Where in a unit the scales of a block begin. */
    int scales(int block) {
        return halvesBytes() * block;
    }

    /** Where in a unit the minima of a block begin. */
    int minima(int block) {
        return 2 * halvesBytes() + halvesBytes() * block;
    }

    /** Where in a unit the fifth bits of a block begin. */
    int fifthBits(int block) {
        return 2 * halvesBytes() * (blocks.hasMinimum() ? 2 : 1) + line() * block;
    }

    /** Where in a unit the codes of a block begin. */
    int codes(int block) {
        return fifthBits(0) + (blocks.hasFifthBits() ? 2 * line() : 0) + line() * lines() * block;
    }

    /** Lines of codes of a block. */
    int lines() {
        return blocks.hasNibbles() ? 4 : 8;
    }

    @Override
    public int largest() {
        return blocks.hasFifthBits() ? 31 : blocks.hasNibbles() ? 15 : 255;
    }

    @Override
    public PanelScaling scaling() {
        return PanelScaling.of(blocks);
    }

    @Override
    public int codeOffset() {
        return blocks.unsignedOffset();
    }

    @Override
    public int unitColumns() {
        return 2 * BlockFormat.SIZE;
    }

    @Override
    public int unitBytes() {
        return 2 * rows() * blocks.blockBytes();
    }

    @Override
    public List<Piece> pieces(int block) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(0, scales(block), Content.HALF));
        int from = 2;
        if (blocks.hasMinimum()) {
            pieces.add(new Piece(from, minima(block), Content.HALF));
            from += 2;
        }
        if (blocks.hasFifthBits()) {
            pieces.add(new Piece(from, fifthBits(block), Content.BITS));
            from += 4;
        }
        for (int i = 0; i < lines(); i++) {
            pieces.add(new Piece(from + 4 * i, codes(block) + line() * i, Content.WORD));
        }
        return pieces;
    }

    @Override
    public int tokens() {
        return width == Width.ZMM ? GroupTokens.MOST : 1;
    }

    @Override
    public int panelsFrom(int bytes) {
        return width == Width.ZMM ? GroupTokens.MOST * (bytes == 1 ? 8 : 4) + 1 : 6;
    }

    @Override
    public byte[] assembleRows(Isa isa, int bits, int tokens) {
        return tokens == 1 ? GroupRows.assemble(this, isa, bits) : GroupTokens.assemble(this, form(isa, bits), tokens);
    }

    @Override
    public byte[] assembleUnpacker(boolean words) {
        return GroupUnpacker.assemble(this, words);
    }
}
