package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERM2I128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPINSRW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHQDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLQDQ;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.BlockRows;
import java.util.function.IntFunction;

/**
 * Unpacks 8 rows of weights into half of a panel, the form that {@link PanelProducts} multiplies:
 *
 * <pre>
 * codes  16-bit [columns / 2][16 rows][2]      two neighbouring columns of each row, 64 bytes for 16 rows
 * scales F32    [columns / 32][16 rows]
 * minima F32    [columns / 32][16 rows]         where the format has them
 * </pre>
 * The codes have the format's offset added. 16 columns of 8 rows are transposed at a time, in units of two columns.
 *
 * <p>Registers: ymm0 to ymm8 the transposition (8 rows and one spare, which change names), ymm9 discarded codes, ymm10 work, ymm14 the
 * format's mask, ymm15 its offset. RAX and RBX the blocks of rows 0 and 4, R8 bytes of a row (R11 three times that), RDX
 * codes, RCX scales, RSI minima, R9 blocks left.
 */
final class PanelPacker {

    /** The argument block. Addresses: w, codes, scales, minima; counts: bytes of a row, blocks. */
    static final int W = 0;

    static final int CODES = 8;
    static final int SCALES = 16;
    static final int MINIMA = 24;
    static final int ROW_BYTES = 32;
    static final int BLOCKS = 40;

    /** Rows of one call. */
    static final int ROWS = 8;

    /** From one pair of columns to the next, and from one block's scales to the next. */
    static final int STEP = 2 * 32;

    static final Gp FIRST = Gp.RAX;
    static final Gp FIFTH = Gp.RBX;
    static final Gp ROW = Gp.R8;
    static final Gp ROW_3 = Gp.R11;
    static final Gp TO = Gp.RDX;
    static final Gp SCALE = Gp.RCX;
    static final Gp MINIMUM = Gp.RSI;
    static final Gp LEFT = Gp.R9;
    private static final Vec UNUSED = ymm(9);
    private static final Vec WORK = ymm(10);
    private static final Vec MASK = ymm(14);
    private static final Vec OFFSET = ymm(15);

    private final Assembler a = new Assembler();
    private final BlockFormat.Pool pool = new BlockFormat.Pool(a);
    private final BlockFormat format;

    private PanelPacker(BlockFormat format) {
        this.format = format;
    }

    static byte[] assemble(BlockFormat format) {
        return new PanelPacker(format).routine();
    }

    private byte[] routine() {
        Label offset = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX);
        load(a);
        pool.loadMask(MASK);
        a.emit(VBROADCASTSS, OFFSET, Mem.at(offset));
        a.bind(loop);
        factors(PanelPacker::row, SCALE);
        if (format.hasMinimum()) {
            factors(r -> BlockFormat.minimumOf(row(r)), MINIMUM);
        }
        half(0);
        half(1);
        a.add(FIRST, format.blockBytes()).add(FIFTH, format.blockBytes()).add(TO, 16 * STEP);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        pool.emit();
        byte low = (byte) format.offset();
        byte high = (byte) (format.offset() >> 8);
        a.bind(offset).data(low, high, low, high);
        return a.finish();
    }

    /** Emits the load of the arguments. */
    static void load(Assembler a) {
        a.mov(FIRST, Mem.at(Gp.RDI, W)).mov(TO, Mem.at(Gp.RDI, CODES)).mov(SCALE, Mem.at(Gp.RDI, SCALES));
        a.mov(ROW, Mem.at(Gp.RDI, ROW_BYTES)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.lea(ROW_3, Mem.at(ROW, ROW, 2, 0)).lea(FIFTH, Mem.at(FIRST, ROW, 4, 0));
        a.mov(MINIMUM, Mem.at(Gp.RDI, MINIMA));
    }

    /** Stores 8 F16 as F32 and moves on to the next block's place. */
    private void factors(IntFunction<Mem> half, Gp to) {
        halves(a, WORK, half);
        a.emit(VMOVUPS_STORE, Mem.at(to), WORK);
        a.add(to, STEP);
    }

    /** The F16 of 8 rows as F32. */
    static void halves(Assembler a, Vec to, IntFunction<Mem> half) {
        for (int r = 0; r < ROWS; r++) {
            a.emit(VPINSRW, to.low(), to.low(), half.apply(r), r);
        }
        a.emit(VCVTPH2PS, to, to.low());
    }

    /** Elements 0 to 15 or 16 to 31 of the block of each row. */
    private void half(int half) {
        RowExchange rows = new RowExchange(a, ROWS);
        for (int r = 0; r < ROWS; r++) {
            Vec low = half == 0 ? rows.row(r) : UNUSED;
            Vec high = half == 0 ? UNUSED : rows.row(r);
            format.codes(a, row(r), new BlockFormat.Registers(low, high, MASK, WORK), pool);
            if (format.offset() != 0) {
                a.emit(VPADDW, rows.row(r), rows.row(r), OFFSET);
            }
        }
        // Rows 2i and 2i + 1, then 4i to 4i + 3, then all 8, side by side.
        rows.interleave(1, VPUNPCKLDQ, VPUNPCKHDQ);
        rows.interleave(2, VPUNPCKLQDQ, VPUNPCKHQDQ);
        // Now rows 0, 2, 1, 3 hold pairs 0 and 4, 1 and 5, 2 and 6, 3 and 7 of rows 0 to 3; those
        // 4 further on, of rows 4 to 7.
        int[] order = {0, 2, 1, 3};
        for (int pair = 0; pair < 4; pair++) {
            Vec upper = rows.row(order[pair]);
            Vec lower = rows.row(order[pair] + 4);
            a.emit(VPERM2I128, rows.spare(), upper, lower, 0x20);
            a.emit(VMOVUPS_STORE, Mem.at(TO, (8L * half + pair) * STEP), rows.spare());
            a.emit(VPERM2I128, rows.spare(), upper, lower, 0x31);
            a.emit(VMOVUPS_STORE, Mem.at(TO, (8L * half + pair + 4) * STEP), rows.spare());
        }
    }

    /** The block of a row. */
    static Mem row(int r) {
        return BlockRows.row(r < 4 ? FIRST : FIFTH, ROW, ROW_3, r % 4);
    }
}
