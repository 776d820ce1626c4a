package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFF32X4;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.DotProducts;

/**
 * Turns 16 rows of 32-bit elements into lines of 16, one element of each row: pairs of codes, scales and minima of 16 rows of
 * weights, row by row, become those of a panel ({@link PanelPacker}), and rows of floats one of floats ({@link FloatTransposer}). 16 elements of each row at a time, of which the first 8
 * lines go to one place and the last 8 to another. AVX-512.
 *
 * <p>Registers: zmm0 to zmm15 rows, zmm16 to zmm31 what comes of them. RSI rows, RDX and RCX results, R8 bytes of a row, RAX
 * bytes of 4 rows, R9 bytes to the next results, R10 and R11 work, and what is left.
 */
final class Transposer {

    /** The argument block. Addresses: rows, first and second results; counts: bytes of a row, bytes to the next results, times. */
    static final int FROM = 0;

    static final int FIRST = 8;
    static final int SECOND = 16;
    static final int ROW_BYTES = 24;
    static final int STEP = 32;
    static final int TIMES = 40;

    private static final int SIZE = 16;

    private static final Gp ROWS = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp TO_SECOND = Gp.RCX;
    private static final Gp ROW = Gp.R8;
    private static final Gp NEXT = Gp.R9;
    private static final Gp AT = Gp.R10;
    private static final Gp LEFT = Gp.R11;

    private final Assembler a = new Assembler();

    private final DotProducts.Kind kind;
    private final int lineBytes;

    private Transposer(DotProducts.Kind kind, int lineBytes) {
        this.kind = kind;
        this.lineBytes = lineBytes;
    }

    /** The routine for elements of 32 bits, of which lines follow one another. */
    static byte[] assemble() {
        return assemble(DotProducts.Kind.F32, 64);
    }

    /**
     * The routine for floats.
     *
     * @param kind what rows consist of; lines are F32
     * @param lineBytes bytes from a line to the next
     */
    static byte[] assemble(DotProducts.Kind kind, int lineBytes) {
        return new Transposer(kind, lineBytes).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(ROWS, Mem.at(Gp.RDI, FROM)).mov(TO, Mem.at(Gp.RDI, FIRST)).mov(TO_SECOND, Mem.at(Gp.RDI, SECOND));
        a.mov(ROW, Mem.at(Gp.RDI, ROW_BYTES)).mov(NEXT, Mem.at(Gp.RDI, STEP)).mov(LEFT, Mem.at(Gp.RDI, TIMES));
        a.bind(loop).mov(AT, ROWS);
        for (int i = 0; i < SIZE; i++) {
            kind.load(a, zmm(i), Mem.at(AT));
            a.add(AT, ROW);
        }
        inLanes();
        acrossLanes();
        a.add(ROWS, (int) kind.type().bytes(SIZE))
                .add(TO, NEXT)
                .add(TO_SECOND, NEXT)
                .sub(LEFT, 1)
                .jump(Condition.NOT_EQUAL, loop);
        frame.close();
        return a.finish();
    }

    /** Of rows 4i to 4i + 3, zmm(4i + j) becomes, in lane L of 128 bits, their elements 4 L + j. */
    private void inLanes() {
        for (int i = 0; i < SIZE; i += 4) {
            Vec ab = zmm(16 + i);
            Vec abHigh = zmm(17 + i);
            Vec cd = zmm(18 + i);
            Vec cdHigh = zmm(19 + i);
            a.emit(VPUNPCKLDQ, ab, zmm(i), zmm(i + 1));
            a.emit(VPUNPCKHDQ, abHigh, zmm(i), zmm(i + 1));
            a.emit(VPUNPCKLDQ, cd, zmm(i + 2), zmm(i + 3));
            a.emit(VPUNPCKHDQ, cdHigh, zmm(i + 2), zmm(i + 3));
            a.emit(VSHUFPS, zmm(i), ab, cd, 0x44);
            a.emit(VSHUFPS, zmm(i + 1), ab, cd, 0xEE);
            a.emit(VSHUFPS, zmm(i + 2), abHigh, cdHigh, 0x44);
            a.emit(VSHUFPS, zmm(i + 3), abHigh, cdHigh, 0xEE);
        }
    }

    /** Line 4 L + j is lane L of zmm(j), zmm(4 + j), zmm(8 + j) and zmm(12 + j). */
    private void acrossLanes() {
        for (int j = 0; j < 4; j++) {
            Vec low = zmm(16);
            Vec high = zmm(17);
            Vec lowBehind = zmm(18);
            Vec highBehind = zmm(19);
            a.emit(VSHUFF32X4, low, zmm(j), zmm(4 + j), 0x44);
            a.emit(VSHUFF32X4, high, zmm(j), zmm(4 + j), 0xEE);
            a.emit(VSHUFF32X4, lowBehind, zmm(8 + j), zmm(12 + j), 0x44);
            a.emit(VSHUFF32X4, highBehind, zmm(8 + j), zmm(12 + j), 0xEE);
            for (int lane = 0; lane < 4; lane++) {
                Vec line = zmm(20 + lane);
                a.emit(
                        VSHUFF32X4,
                        line,
                        lane < 2 ? low : high,
                        lane < 2 ? lowBehind : highBehind,
                        lane % 2 == 0 ? 0x88 : 0xDD);
                int at = 4 * lane + j;
                a.emit(VMOVUPS_STORE, Mem.at(at < 8 ? TO : TO_SECOND, (long) lineBytes * (at % 8)), line);
            }
        }
    }
}
