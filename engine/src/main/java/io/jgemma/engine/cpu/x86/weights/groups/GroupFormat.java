package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;
import io.jgemma.engine.quant.QuantType;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights in blocks of 32 ({@link BlockFormat}) of 16 rows together. A group of 16 rows is a sequence of units of two blocks of each
 * row, which take as many bytes as in the file and begin at a line of memory; where a row has an odd number of blocks, the last
 * unit's second block is zero.
 *
 * <pre>
 * scales       F16 [2 blocks][16 rows]
 * minima       F16 [2 blocks][16 rows]                  where the format has them
 * fifth bits   int32 [2 blocks][16 rows]                where it has them: bit i of element i
 * codes        bytes [2 blocks][4 or 8][16 rows][4]     nibbles: those of elements 4 j.. below those of 16 + 4 j.., j = 0..3;
 *                                                       bytes: elements 4 j.., j = 0..7
 * </pre>
 */
public record GroupFormat(BlockFormat blocks) implements RowGroups {

    private static final int HALVES_BYTES = 2 * ROWS;

    public static List<GroupFormat> all() {
        return BlockFormat.all().stream().map(GroupFormat::new).toList();
    }

    @Override
    public QuantType type() {
        return blocks.type();
    }

    /** Where in a unit the scales of a block begin. */
    static int scales(int block) {
        return HALVES_BYTES * block;
    }

    /** Where in a unit the minima of a block begin. */
    static int minima(int block) {
        return 2 * HALVES_BYTES + HALVES_BYTES * block;
    }

    /** Where in a unit the fifth bits of a block begin. */
    int fifthBits(int block) {
        return 2 * HALVES_BYTES * (blocks.hasMinimum() ? 2 : 1) + LINE * block;
    }

    /** Where in a unit the codes of a block begin. */
    int codes(int block) {
        return fifthBits(0) + (blocks.hasFifthBits() ? 2 * LINE : 0) + LINE * lines() * block;
    }

    /** Lines of codes of a block. */
    int lines() {
        return blocks.hasNibbles() ? 4 : 8;
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
        return 2 * ROWS * blocks.blockBytes();
    }

    @Override
    public List<Piece> pieces(int block) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(0, scales(block), true));
        int from = 2;
        if (blocks.hasMinimum()) {
            pieces.add(new Piece(from, minima(block), true));
            from += 2;
        }
        if (blocks.hasFifthBits()) {
            pieces.add(new Piece(from, fifthBits(block), false));
            from += 4;
        }
        for (int i = 0; i < lines(); i++) {
            pieces.add(new Piece(from + 4 * i, codes(block) + LINE * i, false));
        }
        return pieces;
    }

    @Override
    public byte[] assembleRows() {
        return GroupRows.assemble(this);
    }

    @Override
    public byte[] assembleUnpacker() {
        return GroupUnpacker.assemble(this);
    }
}
