package io.jgemma.engine.cpu.x86;

import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
record GroupFormat(BlockFormat blocks) implements RowGroups {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private static final int HALVES_BYTES = 2 * ROWS;

    static List<GroupFormat> all() {
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
    public byte[] assemblePacker() {
        return GroupPacker.assemble(this);
    }

    @Override
    public byte[] assembleRows() {
        return GroupRows.assemble(this);
    }

    @Override
    public byte[] assembleUnpacker() {
        return GroupUnpacker.assemble(this);
    }

    @Override
    public void unpack(MemorySegment packed, int columns, int row, MemorySegment to) {
        int lane = row % ROWS;
        long group = row / ROWS * groupBytes(columns);
        long at = 0;
        for (int b = 0; b < columns / BlockFormat.SIZE; b++) {
            long unit = group + (long) (b / 2) * unitBytes();
            to.set(SHORT, at, packed.get(SHORT, unit + scales(b % 2) + 2L * lane));
            at += 2;
            if (blocks.hasMinimum()) {
                to.set(SHORT, at, packed.get(SHORT, unit + minima(b % 2) + 2L * lane));
                at += 2;
            }
            if (blocks.hasFifthBits()) {
                to.set(INT, at, packed.get(INT, unit + fifthBits(b % 2) + 4L * lane));
                at += 4;
            }
            for (int i = 0; i < lines(); i++) {
                to.set(INT, at, packed.get(INT, unit + codes(b % 2) + (long) LINE * i + 4L * lane));
                at += 4;
            }
        }
    }
}
