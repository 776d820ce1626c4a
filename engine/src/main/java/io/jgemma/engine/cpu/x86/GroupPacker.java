package io.jgemma.engine.cpu.x86;

/**
 * Puts rows of weights from the file into a group ({@link GroupFormat}), row by row. General instructions only.
 *
 * <p>Registers: RSI block, RDX where scales and codes of the row stand in the unit, RCX rows left, R8 units left, R9 row, R10 place
 * of the row, R11 content, RAX place of the row's F16, RBX the same in the unit.
 */
final class GroupPacker {

    /** The argument block. Addresses: rows, group; counts: rows, bytes of a row, blocks of a row. */
    static final int W = 0;

    static final int TO = 8;
    static final int ROWS = 16;
    static final int ROW_BYTES = 24;
    static final int BLOCKS = 32;

    private static final Gp BLOCK = Gp.RSI;
    private static final Gp UNIT = Gp.RDX;
    private static final Gp ROWS_LEFT = Gp.RCX;
    private static final Gp LEFT = Gp.R8;
    private static final Gp ROW = Gp.R9;
    private static final Gp PLACE = Gp.R10;
    private static final Gp CONTENT = Gp.R11;
    private static final Gp HALF = Gp.RAX;
    private static final Gp HALF_UNIT = Gp.RBX;

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final BlockFormat blocks;

    private GroupPacker(GroupFormat format) {
        this.format = format;
        blocks = format.blocks();
    }

    static byte[] assemble(GroupFormat format) {
        return new GroupPacker(format).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Label odd = a.label();
        Label next = a.label();
        Frame frame = Frame.open(a, HALF_UNIT);
        a.mov(ROW, Mem.at(Gp.RDI, W)).mov(PLACE, Mem.at(Gp.RDI, TO)).mov(ROWS_LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(HALF, PLACE);
        a.bind(row).mov(BLOCK, ROW).mov(UNIT, PLACE).mov(HALF_UNIT, HALF).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.bind(loop).cmp(LEFT, 1).jump(Condition.EQUAL, odd);
        a.test(LEFT, LEFT).jump(Condition.EQUAL, next);
        block(0);
        block(1);
        a.add(BLOCK, 2 * blocks.blockBytes()).add(UNIT, format.unitBytes()).add(HALF_UNIT, format.unitBytes());
        a.sub(LEFT, 2).jump(loop);
        a.bind(odd);
        block(0);
        a.bind(next).add(ROW, Mem.at(Gp.RDI, ROW_BYTES)).add(PLACE, 4).add(HALF, 2);
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        return a.finish();
    }

    private void block(int b) {
        int from = b * blocks.blockBytes();
        half(from, GroupFormat.scales(b));
        from += 2;
        if (blocks.hasMinimum()) {
            half(from, GroupFormat.minima(b));
            from += 2;
        }
        if (blocks.hasFifthBits()) {
            word(from, format.fifthBits(b));
            from += 4;
        }
        for (int i = 0; i < format.lines(); i++) {
            word(from + 4 * i, format.codes(b) + GroupFormat.LINE * i);
        }
    }

    private void half(int from, int to) {
        a.movzx16(CONTENT, Mem.at(BLOCK, from)).mov16(Mem.at(HALF_UNIT, to), CONTENT);
    }

    private void word(int from, int to) {
        a.mov32(CONTENT, Mem.at(BLOCK, from)).mov32(Mem.at(UNIT, to), CONTENT);
    }
}
