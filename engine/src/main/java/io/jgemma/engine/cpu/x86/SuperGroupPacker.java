package io.jgemma.engine.cpu.x86;

/**
 * Puts rows of weights from the file into a group ({@link SuperGroupFormat}), row by row; arguments are those of {@link GroupPacker}. General
 * instructions only.
 *
 * <p>Registers: RSI block, RDX where words of the row stand in the unit, RCX rows left, R8 blocks left, R9 row, R10 place of the row, R11
 * content, RAX where its last two bytes stand, RBX their place.
 */
final class SuperGroupPacker {

    private static final Gp BLOCK = Gp.RSI;
    private static final Gp UNIT = Gp.RDX;
    private static final Gp ROWS_LEFT = Gp.RCX;
    private static final Gp LEFT = Gp.R8;
    private static final Gp ROW = Gp.R9;
    private static final Gp PLACE = Gp.R10;
    private static final Gp CONTENT = Gp.R11;
    private static final Gp HALF = Gp.RAX;
    private static final Gp HALF_PLACE = Gp.RBX;

    private SuperGroupPacker() {}

    static byte[] assemble(SuperGroupFormat format) {
        Assembler a = new Assembler();
        Label row = a.label();
        Label loop = a.label();
        Label next = a.label();
        Frame frame = Frame.open(a, HALF_PLACE);
        a.mov(ROW, Mem.at(Gp.RDI, GroupPacker.W)).mov(PLACE, Mem.at(Gp.RDI, GroupPacker.TO));
        a.mov(ROWS_LEFT, Mem.at(Gp.RDI, GroupPacker.ROWS)).mov(HALF_PLACE, PLACE);
        a.bind(row).mov(BLOCK, ROW).mov(UNIT, PLACE).mov(HALF, HALF_PLACE);
        a.mov(LEFT, Mem.at(Gp.RDI, GroupPacker.BLOCKS));
        a.bind(loop).test(LEFT, LEFT).jump(Condition.EQUAL, next);
        for (int i = 0; i < format.words(); i++) {
            a.mov32(CONTENT, Mem.at(BLOCK, 4L * i))
                    .mov32(Mem.at(UNIT, (long) RowGroups.LINE * format.line(i)), CONTENT);
        }
        if (format.hasHalf()) {
            a.movzx16(CONTENT, Mem.at(BLOCK, 4L * format.words())).mov16(Mem.at(HALF), CONTENT);
        }
        a.add(BLOCK, format.type().blockBytes()).add(UNIT, format.unitBytes()).add(HALF, format.unitBytes());
        a.sub(LEFT, 1).jump(loop);
        a.bind(next)
                .add(ROW, Mem.at(Gp.RDI, GroupPacker.ROW_BYTES))
                .add(PLACE, 4)
                .add(HALF_PLACE, 2);
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        return a.finish();
    }
}
