package io.jgemma.engine.cpu.x86.elements;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.spec.RopeSpec;

/**
 * Turns pairs of elements of each head by the angles of a row ({@link io.jgemma.engine.backend.Ops#rope}): {@code a cos - b sin},
 * {@code a sin + b cos}. The angles of some pairs are loaded once for all heads. AVX2 with FMA.
 *
 * <p>Registers: ymm0 cosines, ymm1 sines, ymm2 and ymm3 elements, ymm4 and ymm5 results, ymm6 order or signs. RDI arguments; RSI
 * row, RDX angles, RCX heads left, R8 pair in the head, R9 pairs left, R10 rows left, R11 pair, RAX bytes of a head, RBX bytes
 * from a pair's first element to its second.
 */
final class Rotation {

    /** The argument block. Addresses: x, table; bytes of a row of each; rows; pairs of a head; heads; bytes of a head. */
    static final int X = 0;

    static final int TABLE = 8;
    static final int X_BYTES = 16;
    static final int TABLE_BYTES = 24;
    static final int ROWS = 32;
    static final int PAIRS = 40;
    static final int HEADS = 48;
    static final int HEAD_BYTES = 56;

    private static final Gp ROW = Gp.RSI;
    private static final Gp ANGLES = Gp.RDX;
    private static final Gp HEADS_LEFT = Gp.RCX;
    private static final Gp FIRST = Gp.R8;
    private static final Gp LEFT = Gp.R9;
    private static final Gp ROWS_LEFT = Gp.R10;
    private static final Gp AT = Gp.R11;
    private static final Gp HEAD = Gp.RAX;
    private static final Gp DISTANCE = Gp.RBX;

    private static final Vec COS = ymm(0);
    private static final Vec SIN = ymm(1);
    private static final Vec A = ymm(2);
    private static final Vec B = ymm(3);
    private static final Vec TURNED_A = ymm(4);
    private static final Vec TURNED_B = ymm(5);
    private static final Vec CONSTANT = ymm(6);

    private final Assembler a = new Assembler();
    private final boolean halves;

    private Rotation(RopeSpec.Style style) {
        halves = style == RopeSpec.Style.HALVES;
    }

    static byte[] assemble(RopeSpec.Style style) {
        return new Rotation(style).routine();
    }

    private byte[] routine() {
        Label constant = a.label();
        Label row = a.label();
        Label some = a.label();
        Label rest = a.label();
        Label next = a.label();
        int pairs = halves ? 8 : 4;
        Frame frame = Frame.openVectors(a, DISTANCE);
        a.mov(ROW, Mem.at(Gp.RDI, X)).mov(ROWS_LEFT, Mem.at(Gp.RDI, ROWS)).mov(HEAD, Mem.at(Gp.RDI, HEAD_BYTES));
        a.emit(VMOVUPS, CONSTANT, Mem.at(constant));
        if (halves) {
            a.mov(DISTANCE, Mem.at(Gp.RDI, PAIRS)).shl(DISTANCE, 2);
        } else {
            a.mov(DISTANCE, Float.BYTES);
        }
        a.bind(row).mov(FIRST, ROW).mov(LEFT, Mem.at(Gp.RDI, PAIRS)).mov(ANGLES, Mem.at(Gp.RDI, TABLE));
        a.bind(some).cmp(LEFT, pairs).jump(Condition.LESS, rest);
        if (halves) {
            apart();
        } else {
            neighbours();
        }
        a.add(FIRST, 32).add(ANGLES, 8 * pairs).sub(LEFT, pairs).jump(some);
        a.bind(rest).test(LEFT, LEFT).jump(Condition.EQUAL, next);
        one();
        a.add(FIRST, halves ? 4 : 8).add(ANGLES, 8).sub(LEFT, 1).jump(rest);
        a.bind(next).add(ROW, Mem.at(Gp.RDI, X_BYTES)).mov(ANGLES, Mem.at(Gp.RDI, TABLE));
        a.add(ANGLES, Mem.at(Gp.RDI, TABLE_BYTES)).mov(Mem.at(Gp.RDI, TABLE), ANGLES);
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        a.alignData(32).bind(constant);
        for (int i = 0; i < 8; i++) {
            // Where vshufps leaves the angles of 8 pairs; or the signs of the sines of a pair.
            a.word(halves ? i / 2 % 2 * 4 + i / 4 * 2 + i % 2 : i % 2 == 0 ? Integer.MIN_VALUE : 0);
        }
        return a.finish();
    }

    private void heads(Runnable body) {
        Label loop = a.label();
        a.mov(AT, FIRST).mov(HEADS_LEFT, Mem.at(Gp.RDI, HEADS)).bind(loop);
        body.run();
        a.add(AT, HEAD).sub(HEADS_LEFT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    /** 8 pairs whose second elements lie further on. */
    private void apart() {
        a.emit(VMOVUPS, A, Mem.at(ANGLES));
        a.emit(VMOVUPS, B, Mem.at(ANGLES, 32));
        a.emit(VSHUFPS, COS, A, B, 0x88);
        a.emit(VSHUFPS, SIN, A, B, 0xDD);
        a.emit(VPERMD, COS, CONSTANT, COS);
        a.emit(VPERMD, SIN, CONSTANT, SIN);
        heads(() -> {
            a.emit(VMOVUPS, A, Mem.at(AT));
            a.emit(VMOVUPS, B, Mem.at(AT, DISTANCE, 1, 0));
            turn();
            a.emit(VMOVUPS_STORE, Mem.at(AT), TURNED_A);
            a.emit(VMOVUPS_STORE, Mem.at(AT, DISTANCE, 1, 0), TURNED_B);
        });
    }

    /** 4 pairs whose elements lie side by side. */
    private void neighbours() {
        a.emit(VMOVUPS, A, Mem.at(ANGLES));
        a.emit(VSHUFPS, COS, A, A, 0xA0);
        a.emit(VSHUFPS, SIN, A, A, 0xF5);
        a.emit(VXORPS, SIN, SIN, CONSTANT);
        heads(() -> {
            a.emit(VMOVUPS, A, Mem.at(AT));
            a.emit(VSHUFPS, B, A, A, 0xB1);
            a.emit(VMULPS, TURNED_A, A, COS);
            a.emit(VFMADD231PS, TURNED_A, B, SIN);
            a.emit(VMOVUPS_STORE, Mem.at(AT), TURNED_A);
        });
    }

    private void one() {
        a.emit(VBROADCASTSS, COS, Mem.at(ANGLES));
        a.emit(VBROADCASTSS, SIN, Mem.at(ANGLES, 4));
        heads(() -> {
            a.emit(VBROADCASTSS, A, Mem.at(AT));
            a.emit(VBROADCASTSS, B, Mem.at(AT, DISTANCE, 1, 0));
            turn();
            a.emit(VMOVSS_STORE, Mem.at(AT), TURNED_A.low());
            a.emit(VMOVSS_STORE, Mem.at(AT, DISTANCE, 1, 0), TURNED_B.low());
        });
    }

    private void turn() {
        a.emit(VMULPS, TURNED_A, A, COS);
        a.emit(VFNMADD231PS, TURNED_A, B, SIN);
        a.emit(VMULPS, TURNED_B, A, SIN);
        a.emit(VFMADD231PS, TURNED_B, B, COS);
    }
}
