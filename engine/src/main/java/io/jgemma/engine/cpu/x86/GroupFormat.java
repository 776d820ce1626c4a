package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.quant.QuantType;
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
 * So 64 bytes have four neighbouring elements of each of the 16 rows, as {@code vpdpbusd} adds them up, and sums need not be folded.
 */
record GroupFormat(BlockFormat blocks) {

    /** Rows of a group. */
    static final int ROWS = 16;

    static final int LINE = 64;

    private static final int HALVES_BYTES = 2 * ROWS;

    static List<GroupFormat> all() {
        return BlockFormat.all().stream().map(GroupFormat::new).toList();
    }

    QuantType type() {
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

    int unitBytes() {
        return 2 * ROWS * blocks.blockBytes();
    }

    /** Blocks of a row of so many elements. */
    static int blocks(int columns) {
        return columns / BlockFormat.SIZE;
    }

    long groupBytes(int columns) {
        return (long) Math.ceilDiv(blocks(columns), 2) * unitBytes();
    }

    long bytes(int rows, int columns) {
        return groups(rows) * groupBytes(columns);
    }

    static long groups(int rows) {
        return Math.ceilDiv(rows, ROWS);
    }
}
