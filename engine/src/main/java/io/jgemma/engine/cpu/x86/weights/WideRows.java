package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMI2B;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMINUB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.function.IntUnaryOperator;

/**
 * Rows of weights in blocks of 32, as mapped, times one row of activations in the form of {@link PlaneOrder}; the formula is that
 * of {@link BlockRows}. AVX-512 with VBMI and VNNI.
 *
 * <p>Four blocks of nibbles, or two of bytes, are one unit: 64 bytes of codes. One permutation takes them out of the cache lines they lie in, another brings the scales to the lanes of their blocks. Codes are multiplied as unsigned bytes with the
 * high and the low bytes of the activations.
 *
 * <p>Blocks lie at any even address, so a load of 64 bytes would cross a cache line nearly always, and loads that cross
 * lines leave the processor's prefetchers without a pattern to follow (measured: a third of the bandwidth). So whole
 * aligned lines are loaded, two for a unit, and {@code vpermi2b} takes the unit out of them; one row is read at a time, front
 * to back. Where a unit ends behind the second line, the 128 bytes that end with it are loaded. What lies behind the rows is read
 * for at most {@link #BEYOND} bytes.
 *
 * <p>Registers: zmm0 sums of a row, zmm2 the part of minima; zmm5 and zmm6 codes, zmm7 scale, zmm8 work, zmm9 where in the lines
 * the unit begins, in all bytes, zmm10 and zmm11 the lines, zmm12 and zmm13 products; from zmm16 on what {@code vpermi2b} goes by and
 * other constants. RSI row of weights, RDX results, RCX rows left, R8 lines, R9 table of phases, RBX phase, RAX unit, R10
 * activations of the unit, R11 units left.
 */
public final class WideRows {

    /** The argument block. Addresses: y, w, x; counts: rows, bytes of a row, whole units, blocks behind them. */
    static final int Y = 0;

    static final int W = 8;
    static final int X = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int UNITS = 40;
    static final int REST = 48;

    /** How far behind the last row a load may reach. */
    public static final int BEYOND = 128;

    /** How far ahead a row is asked for, in bytes: about what arrives while memory answers. */
    static final int AHEAD = 4096;

    private static final int LINE_BYTES = 64;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp LINE = Gp.R8;
    private static final Gp PHASES = Gp.R9;
    private static final Gp IN_LINE = Gp.RBX;
    private static final Gp UNIT = Gp.RAX;
    private static final Gp INPUT = Gp.R10;
    private static final Gp END = Gp.R11;

    private static final Vec SUM = zmm(0);
    private static final Vec CONSTANT = zmm(2);
    private static final Vec LOW = zmm(5);
    private static final Vec HIGH = zmm(6);
    private static final Vec SCALE = zmm(7);
    private static final Vec WORK = zmm(8);
    private static final Vec PHASE = zmm(9);
    private static final Vec FIRST = zmm(10);
    private static final Vec SECOND = zmm(11);
    private static final Vec PRODUCTS = zmm(12);
    private static final Vec UPPER = zmm(13);
    private static final Vec CODES_AT = zmm(16);
    private static final Vec MASK = zmm(17);
    private static final Vec SCALES_AT = zmm(18);
    private static final Vec MINIMA_AT = zmm(19);
    private static final Vec LOW_BITS_AT = zmm(20);
    private static final Vec HIGH_BITS_AT = zmm(21);
    private static final Vec BIT = zmm(22);
    private static final Vec ONES = zmm(23);
    private static final Vec SIGNS = zmm(24);

    /** Bytes of the table of phases: what to subtract from an address for each place in a line, then it in all bytes. */
    private static final int BACK_BYTES = 8 * LINE_BYTES;

    private static final int TABLE_BYTES = BACK_BYTES + 4 * LINE_BYTES;

    private final Assembler a = new Assembler();
    private final BlockFormat format;
    private final PlaneOrder order;
    private final int blockBytes;
    private final int blockCodes;

    private WideRows(BlockFormat format) {
        this.format = format;
        order = PlaneOrder.of(format);
        blockBytes = format.blockBytes();
        blockCodes = 64 / order.blocks();
    }

    static byte[] assemble(BlockFormat format) {
        return new WideRows(format).routine();
    }

    /** Where a register's content lies behind the code: 64 bytes for each. */
    private record Constant(Vec target, byte[] content) {}

    private byte[] routine() {
        Label constants = a.label();
        Label row = a.label();
        Label done = a.label();
        Constant[] all = constants();
        Frame frame = Frame.openVectors(a, IN_LINE);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(LEFT, Mem.at(Gp.RDI, ROWS));
        a.lea(PHASES, Mem.at(constants));
        for (int i = 0; i < all.length; i++) {
            a.emit(VMOVUPS, all[i].target, Mem.at(PHASES, 64L * i));
        }
        a.add(PHASES, 64 * all.length);
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        row();
        a.jump(row);
        a.bind(done);
        frame.close();
        a.alignData(64).bind(constants);
        for (Constant each : all) {
            a.data(each.content);
        }
        tables();
        return a.finish();
    }

    private Constant[] constants() {
        int fifth = blockBytes - 20;
        return new Constant[] {
            new Constant(CODES_AT, bytes(i -> inBlock(i / blockCodes, blockBytes - blockCodes + i % blockCodes))),
            new Constant(MASK, bytes(i -> 15)),
            new Constant(SCALES_AT, bytes(i -> inBlock(blockOfHalf(i / 2), i % 2))),
            new Constant(MINIMA_AT, bytes(i -> inBlock(blockOfHalf(i / 2), 2 + i % 2))),
            new Constant(LOW_BITS_AT, bytes(i -> inBlock(i / blockCodes, fifth + i % blockCodes / 8))),
            new Constant(HIGH_BITS_AT, bytes(i -> inBlock(i / blockCodes, fifth + 2 + i % blockCodes / 8))),
            new Constant(BIT, bytes(i -> 1 << i % 8)),
            new Constant(ONES, bytes(i -> 1)),
            new Constant(SIGNS, bytes(i -> 128)),
        };
    }

    private int inBlock(int block, int at) {
        return blockBytes * block + at;
    }

    /** Whose factor lane {@code i} of 16 wants; what the upper half of a register holds is not used. */
    private int blockOfHalf(int i) {
        return i % 16 * order.blocks() / 16;
    }

    private static byte[] bytes(IntUnaryOperator content) {
        byte[] bytes = new byte[64];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) content.applyAsInt(i);
        }
        return bytes;
    }

    private void tables() {
        int most = 2 * LINE_BYTES - unitBytes();
        for (int phase = 0; phase < LINE_BYTES; phase++) {
            a.word(-Math.min(phase, most)).word(phase == 0 ? 0 : -1);
        }
        for (int phase = 0; phase < LINE_BYTES; phase++) {
            a.word(Math.min(phase, most) * 0x01010101);
        }
        // Which factors are kept where so many blocks are there.
        for (int rest = 0; rest < order.blocks(); rest++) {
            int kept = rest;
            a.data(bytes(i -> i / 2 < 16 && blockOfHalf(i / 2) < kept ? 0xFF : 0));
        }
    }

    private int unitBytes() {
        return order.blocks() * blockBytes;
    }

    private void row() {
        Label loop = a.label();
        Label tail = a.label();
        Label sum = a.label();
        a.emit(VPXOR, SUM, SUM, SUM);
        a.emit(VPXOR, CONSTANT, CONSTANT, CONSTANT);
        a.mov(UNIT, WEIGHTS).mov(INPUT, Mem.at(Gp.RDI, X)).mov(END, Mem.at(Gp.RDI, UNITS));
        a.test(END, END).jump(Condition.EQUAL, tail);
        a.align(32).bind(loop);
        unit(false);
        a.add(UNIT, unitBytes()).add(INPUT, order.unitBytes()).sub(END, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(END, Mem.at(Gp.RDI, REST)).test(END, END).jump(Condition.EQUAL, sum);
        a.shl(END, 6).add(END, PHASES);
        unit(true);
        a.bind(sum);
        if (format.hasMinimum()) {
            a.emit(VADDPS, SUM, SUM, CONSTANT);
        }
        Lanes.fold(a, VADDPS, SUM, WORK, SCALE);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), SUM.low());
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).add(RESULTS, Float.BYTES).sub(LEFT, 1);
    }

    /** One unit; where it is the rest of a row, END is where the table of kept factors has its line, less {@link #TABLE_BYTES}. */
    private void unit(boolean rest) {
        a.mov(LINE, UNIT).mov(IN_LINE, UNIT).and(IN_LINE, LINE_BYTES - 1);
        a.add(LINE, Mem.at(PHASES, IN_LINE, 8, 0));
        a.emit(VPBROADCASTD, PHASE, Mem.at(PHASES, IN_LINE, 4, BACK_BYTES));
        a.prefetch(Mem.at(UNIT, AHEAD)).prefetch(Mem.at(UNIT, AHEAD + LINE_BYTES));
        a.emit(VMOVUPS, FIRST, Mem.at(LINE));
        a.emit(VMOVUPS, SECOND, Mem.at(LINE, LINE_BYTES));
        take(LOW, CODES_AT);
        if (format.hasNibbles()) {
            a.emit(VPSRLW, HIGH, LOW, 4);
            a.emit(VPAND, LOW, LOW, MASK);
            a.emit(VPAND, HIGH, HIGH, MASK);
        } else {
            a.emit(VPXOR, LOW, LOW, SIGNS);
        }
        if (format.hasFifthBits()) {
            fifthBits(LOW, LOW_BITS_AT);
            fifthBits(HIGH, HIGH_BITS_AT);
        }
        products();
        factors(SCALE, SCALES_AT, rest);
        if (format.hasMinimum()) {
            factors(WORK, MINIMA_AT, rest);
            a.emit(VFMADD231PS, CONSTANT, WORK, Mem.at(INPUT, order.terms()));
        }
        a.emit(VMULPS, SCALE, SCALE, Mem.at(INPUT, order.factors()));
        a.emit(VFMADD231PS, SUM, PRODUCTS, SCALE);
    }

    /** Bytes of the unit by an index for them. */
    private void take(Vec target, Vec at) {
        a.emit(VPADDB, target, at, PHASE);
        a.emit(VPERMI2B, target, FIRST, SECOND);
    }

    private void products() {
        a.emit(VPXOR, UPPER, UPPER, UPPER);
        if (format.hasMinimum()) {
            a.emit(VPXOR, PRODUCTS, PRODUCTS, PRODUCTS);
        } else {
            a.emit(VMOVUPS, PRODUCTS, Mem.at(INPUT, order.terms()));
        }
        a.emit(VPDPBUSD, UPPER, LOW, Mem.at(INPUT));
        a.emit(VPDPBUSD, PRODUCTS, LOW, Mem.at(INPUT, order.low()));
        if (format.hasNibbles()) {
            a.emit(VPDPBUSD, UPPER, HIGH, Mem.at(INPUT, 64));
            a.emit(VPDPBUSD, PRODUCTS, HIGH, Mem.at(INPUT, order.low() + 64L));
        }
        a.emit(VPSLLD, UPPER, UPPER, 8);
        a.emit(VPADDD, PRODUCTS, PRODUCTS, UPPER);
        a.emit(VCVTDQ2PS, PRODUCTS, PRODUCTS);
    }

    /** F16 of the unit's blocks as F32; of those that are not there, 0. */
    private void factors(Vec target, Vec at, boolean rest) {
        take(target, at);
        if (rest) {
            a.emit(VPAND, target, target, Mem.at(END, TABLE_BYTES));
        }
        a.emit(VCVTPH2PS, target, ymm(target.number()));
    }

    /** Adds 16 where an element's bit is set. */
    private void fifthBits(Vec target, Vec at) {
        take(WORK, at);
        a.emit(VPAND, WORK, WORK, BIT);
        a.emit(VPMINUB, WORK, WORK, ONES);
        a.emit(VPSLLW, WORK, WORK, 4);
        a.emit(VPOR, target, target, WORK);
    }
}
