package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Groups of 16 rows of weights ({@link GroupFormat}) times one row of activations, which {@code PanelQuantizer} left as integers of
 * 16 bits in two planes of bytes; the formula is that of {@code WidePanels}. AVX-512 with VNNI.
 *
 * <p>64 bytes of codes meet one broadcast of four activations a plane. For 32 columns of 16 rows in nibbles, 288 bytes, there are 16
 * multiply-adds and 18 other operations of 512 bits: 17 cycles where two begin in a cycle, and 18 where (Zen 4) one
 * multiplication does.
 *
 * <p>Registers: zmm0 sums over the first blocks of units, zmm1 over the second, zmm2 and zmm3 codes, zmm4 to zmm7 integer sums of high and low
 * bytes, zmm8 to zmm11 broadcasts, zmm12 and zmm13 factors; from zmm16 on as {@link GroupCodes} has them. RSI unit, RDX results, RCX groups left,
 * R8 q, R9 dx, R10 s, R11 units left.
 */
final class GroupRows {

    /** The argument block. Addresses: y, w, q, dx, s; counts: groups, whole units, blocks behind them. */
    static final int Y = 0;

    static final int W = 8;
    static final int Q = 16;
    static final int DX = 24;
    static final int TERMS = 32;
    static final int GROUPS = 40;
    static final int UNITS = 48;
    static final int REST = 56;

    private static final Gp UNIT = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp GROUPS_LEFT = Gp.RCX;
    private static final Gp INPUT = Gp.R8;
    private static final Gp FACTOR = Gp.R9;
    private static final Gp TERM = Gp.R10;
    private static final Gp LEFT = Gp.R11;

    private static final Vec LOW = zmm(2);
    private static final Vec HIGH = zmm(3);
    private static final Vec SCALE = zmm(12);
    private static final Vec WORK = zmm(13);

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final GroupCodes codes;
    private final boolean minima;

    private GroupRows(GroupFormat format) {
        this.format = format;
        codes = new GroupCodes(a, format);
        minima = format.blocks().hasMinimum();
    }

    static byte[] assemble(GroupFormat format) {
        return new GroupRows(format).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Label tail = a.label();
        Label store = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(GROUPS_LEFT, Mem.at(Gp.RDI, GROUPS));
        codes.load();
        a.bind(group);
        a.emit(VPXOR, sum(0), sum(0), sum(0));
        a.emit(VPXOR, sum(1), sum(1), sum(1));
        a.mov(INPUT, Mem.at(Gp.RDI, Q)).mov(FACTOR, Mem.at(Gp.RDI, DX)).mov(TERM, Mem.at(Gp.RDI, TERMS));
        a.mov(LEFT, Mem.at(Gp.RDI, UNITS)).test(LEFT, LEFT).jump(Condition.EQUAL, tail);
        a.align(64).bind(loop);
        block(0);
        block(1);
        a.add(UNIT, format.unitBytes())
                .add(INPUT, 4 * BlockFormat.SIZE)
                .add(FACTOR, 8)
                .add(TERM, 8);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(LEFT, Mem.at(Gp.RDI, REST)).test(LEFT, LEFT).jump(Condition.EQUAL, store);
        block(0);
        a.add(UNIT, format.unitBytes());
        a.bind(store);
        a.emit(VADDPS, sum(0), sum(0), sum(1));
        a.emit(VMOVUPS_STORE, Mem.at(RESULTS), sum(0));
        a.add(RESULTS, GroupFormat.LINE).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
        codes.data();
        return a.finish();
    }

    private void block(int b) {
        Vec high = zmm(4 + 2 * b);
        Vec low = zmm(5 + 2 * b);
        a.emit(VPXOR, high, high, high);
        if (minima) {
            a.emit(VPXOR, low, low, low);
        } else {
            a.emit(VPBROADCASTD, low, Mem.at(TERM, 4L * b));
        }
        int input = 2 * BlockFormat.SIZE * b;
        codes.block(UNIT, b, LOW, HIGH, (four, element) -> {
            multiply(high, four, input + element);
            multiply(low, four, input + BlockFormat.SIZE + element);
        });
        a.emit(VPSLLD, high, high, 8);
        a.emit(VPADDD, low, low, high);
        a.emit(VCVTDQ2PS, low, low);
        a.emit(VCVTPH2PS, SCALE, Mem.at(UNIT, GroupFormat.scales(b)));
        a.emit(VBROADCASTSS, WORK, Mem.at(FACTOR, 4L * b));
        a.emit(VMULPS, SCALE, SCALE, WORK);
        a.emit(VFMADD231PS, sum(b), low, SCALE);
        if (minima) {
            a.emit(VCVTPH2PS, SCALE, Mem.at(UNIT, GroupFormat.minima(b)));
            a.emit(VBROADCASTSS, WORK, Mem.at(TERM, 4L * b));
            a.emit(VFMADD231PS, sum(b), SCALE, WORK);
        }
    }

    private void multiply(Vec sums, Vec four, int at) {
        Vec activations = zmm(8 + at / 4 % 4);
        a.emit(VPBROADCASTD, activations, Mem.at(INPUT, at));
        a.emit(VPDPBUSD, sums, four, activations);
    }

    private static Vec sum(int b) {
        return zmm(b);
    }
}
