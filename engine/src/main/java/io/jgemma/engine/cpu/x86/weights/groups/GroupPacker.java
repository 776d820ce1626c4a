package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;

/**
 * Puts rows of weights from the file into a group ({@link RowGroups}), row by row. General instructions only.
 *
 * <p>Registers: RSI block, RDX where scales and codes of the row stand in the unit, RCX rows left, R8 units left, R9 row, R10 place
 * of the row, R11 content, RBP bits of it, RAX place of the row's F16, RBX the same in the unit.
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
    private static final Gp OTHER = Gp.RBP;
    private static final Gp HALF = Gp.RAX;
    private static final Gp HALF_UNIT = Gp.RBX;

    private final Assembler a = new Assembler();
    private final RowGroups format;

    private GroupPacker(RowGroups format) {
        this.format = format;
    }

    static byte[] assemble(RowGroups format) {
        return new GroupPacker(format).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Label rest = a.label();
        Label next = a.label();
        int count = format.unitBlocks();
        Frame frame = Frame.open(a, HALF_UNIT, OTHER);
        a.mov(ROW, Mem.at(Gp.RDI, W)).mov(PLACE, Mem.at(Gp.RDI, TO)).mov(ROWS_LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(HALF, PLACE);
        a.bind(row).mov(BLOCK, ROW).mov(UNIT, PLACE).mov(HALF_UNIT, HALF).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.bind(loop).cmp(LEFT, count).jump(Condition.LESS, rest);
        for (int b = 0; b < count; b++) {
            block(b);
        }
        a.add(BLOCK, count * format.type().blockBytes())
                .add(UNIT, format.unitBytes())
                .add(HALF_UNIT, format.unitBytes());
        a.sub(LEFT, count).jump(loop);
        a.bind(rest);
        if (count > 1) {
            a.test(LEFT, LEFT).jump(Condition.EQUAL, next);
            block(0);
        }
        a.bind(next).add(ROW, Mem.at(Gp.RDI, ROW_BYTES)).add(PLACE, 4).add(HALF, 2);
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        return a.finish();
    }

    private void block(int b) {
        int first = b * format.type().blockBytes();
        for (RowGroups.Piece each : format.pieces(b)) {
            Mem from = Mem.at(BLOCK, first + each.from());
            switch (each.content()) {
                case HALF -> a.movzx16(CONTENT, from).mov16(Mem.at(HALF_UNIT, each.to()), CONTENT);
                case WORD -> a.mov32(CONTENT, from).mov32(Mem.at(UNIT, each.to()), CONTENT);
                case BITS -> {
                    a.mov32(CONTENT, from);
                    bits();
                    a.mov32(Mem.at(UNIT, each.to()), CONTENT);
                }
            }
        }
    }

    /** Bit {@code 4 k + j} becomes bit {@code 8 j + k}: the five bits of its number, turned by two places, by four exchanges of two of them. */
    private void bits() {
        exchange(4, 1);
        exchange(3, 0);
        exchange(2, 1);
        exchange(1, 0);
    }

    /** Exchanges each bit in whose number {@code low} is set and {@code high} is not with that in whose number it is the other way round. */
    private void exchange(int high, int low) {
        int mask = 0;
        for (int i = 0; i < Integer.SIZE; i++) {
            if ((i >> high & 1) == 0 && (i >> low & 1) == 1) {
                mask |= 1 << i;
            }
        }
        int distance = (1 << high) - (1 << low);
        a.mov(OTHER, CONTENT).shr(OTHER, distance).xor32(OTHER, CONTENT).and(OTHER, mask);
        a.xor32(CONTENT, OTHER).shl(OTHER, distance).xor32(CONTENT, OTHER);
    }
}
