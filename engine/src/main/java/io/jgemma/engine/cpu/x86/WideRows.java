package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPADDB;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.Op.VPDPWSSD;
import static io.jgemma.engine.cpu.x86.Op.VPERMB;
import static io.jgemma.engine.cpu.x86.Op.VPERMI2B;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPMULLW;
import static io.jgemma.engine.cpu.x86.Op.VPOR;
import static io.jgemma.engine.cpu.x86.Op.VPSRAW;
import static io.jgemma.engine.cpu.x86.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Vec.ymm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import io.jgemma.engine.cpu.x86.WideQuantizer.Order;
import java.util.function.IntUnaryOperator;

/**
 * Rows of weights in blocks of 32, as mapped, times one row of activations from {@link WideQuantizer}; the formula is that
 * of {@link BlockRows}. AVX-512 with VBMI.
 *
 * <p>Two blocks of nibbles are one unit of at most 64 bytes: {@code vpermb} spreads its bytes to 16-bit lanes, block A in the
 * lower half of a register and B in the upper, and brings both scales to the lanes of their block. Signed bytes are widened a
 * block at a time.
 *
 * <p>Blocks lie at any even address, so a load of 64 bytes would cross a line of memory nearly always, and loads that cross
 * lines leave the processor's prefetchers without a pattern to follow (measured: a third of the bandwidth). So whole
 * aligned lines are loaded, two for a unit, and {@code vpermi2b} takes the unit out of them; one row is read at a time, front
 * to back. Of the lines read only the last may lie behind the rows, by at most {@link #BEYOND} bytes.
 *
 * <p>Registers: zmm0 sums of a row, zmm2 the part of minima; zmm4 the unit, zmm5 and zmm6 codes, zmm7 scale, zmm8 work, zmm9
 * where in its line the unit begins, in all bytes, zmm10 and zmm11 the lines, zmm12 products; from zmm16 on what {@code vpermb} goes by and other constants. RSI row of
 * weights, RDX results, RCX rows left, R8 line, R9 table of phases, RBX phase, RAX unit, R10 activations of the unit, R11 units left.
 */
final class WideRows {

    /** The argument block. Addresses: y, w, x; counts: rows, bytes of a row, whole units, half ones behind them (0 or 1). */
    static final int Y = 0;

    static final int W = 8;
    static final int X = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int UNITS = 40;
    static final int HALVES = 48;

    /** How far behind the last row a load may reach. */
    static final int BEYOND = 128;

    /** How far ahead a row is asked for, in bytes: about what arrives while memory answers. */
    private static final int AHEAD = 4096;

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
    private static final Vec BYTES = zmm(4);
    private static final Vec LOW = zmm(5);
    private static final Vec HIGH = zmm(6);
    private static final Vec SCALE = zmm(7);
    private static final Vec WORK = zmm(8);
    private static final Vec PHASE = zmm(9);
    private static final Vec FIRST = zmm(10);
    private static final Vec SECOND = zmm(11);
    private static final Vec PRODUCTS = zmm(12);
    private static final Vec NIBBLES_AT = zmm(16);
    private static final Vec MASK = zmm(17);
    private static final Vec SCALES_AT = zmm(18);
    private static final Vec MINIMA_AT = zmm(19);
    private static final Vec LOW_BITS_AT = zmm(20);
    private static final Vec HIGH_BITS_AT = zmm(21);
    private static final Vec BIT = zmm(22);
    private static final Vec UP = zmm(23);
    private static final Vec FIRST_HALF = zmm(25);
    private static final Vec IN_ORDER = zmm(26);

    private final Assembler a = new Assembler();
    private final BlockFormat format;
    private final Order order;
    private final int blockBytes;
    private final int unitBytes;

    private WideRows(BlockFormat format) {
        this.format = format;
        order = order(format);
        blockBytes = format.blockBytes();
        unitBytes = order.pairs() ? 2 * blockBytes : blockBytes;
    }

    static byte[] assemble(BlockFormat format) {
        return new WideRows(format).routine();
    }

    /** In which order a format wants its activations. */
    static Order order(BlockFormat format) {
        if (!format.hasNibbles()) {
            return Order.LINE;
        }
        return switch (format.offset()) {
            case -8 -> Order.LESS_8;
            case -16 -> Order.LESS_16;
            default -> Order.PAIRS;
        };
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
        for (int phase = 0; phase < 64; phase++) {
            byte each = (byte) phase;
            a.data(each, each, each, each);
        }
        return a.finish();
    }

    private Constant[] constants() {
        int fifth = blockBytes - 20;
        return new Constant[] {
            new Constant(NIBBLES_AT, words(this::code)),
            new Constant(MASK, words(j -> 15)),
            new Constant(SCALES_AT, words(j -> half(order.pairs() ? blockBytes * (j / 8 % 2) : 0))),
            new Constant(MINIMA_AT, words(j -> half(2 + blockBytes * (j / 8 % 2)))),
            new Constant(LOW_BITS_AT, words(j -> both(fifth + blockBytes * (j / 16) + j % 16 / 8, 0))),
            new Constant(HIGH_BITS_AT, words(j -> both(fifth + 2 + blockBytes * (j / 16) + j % 16 / 8, 0))),
            new Constant(BIT, words(j -> 1 << j % 8)),
            new Constant(UP, words(j -> 1 << (8 - j % 8))),
            new Constant(FIRST_HALF, words(j -> j < 8 ? 0xFFFF : 0)),
            new Constant(IN_ORDER, words(j -> both(2 * j, 2 * j + 1))),
        };
    }

    /** What a word takes from a unit. Of nibbles' words the upper byte, of signed bytes' the lower is cleared later. */
    private int code(int j) {
        return order.pairs() ? both(blockBytes - 16 + blockBytes * (j / 16) + j % 16, 0) : both(0, 2 + j);
    }

    private static int both(int low, int high) {
        return (low & 63) | ((high & 63) << 8);
    }

    /** Two neighbouring bytes. */
    private static int half(int at) {
        return both(at, at + 1);
    }

    private static byte[] words(IntUnaryOperator content) {
        byte[] bytes = new byte[64];
        for (int j = 0; j < 32; j++) {
            int word = content.applyAsInt(j);
            bytes[2 * j] = (byte) word;
            bytes[2 * j + 1] = (byte) (word >> 8);
        }
        return bytes;
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
        a.add(UNIT, unitBytes).add(INPUT, order.unitBytes()).sub(END, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail);
        if (order.pairs()) {
            a.mov(END, Mem.at(Gp.RDI, HALVES)).test(END, END).jump(Condition.EQUAL, sum);
            unit(true);
        }
        a.bind(sum);
        if (format.hasMinimum()) {
            a.emit(VADDPS, SUM, SUM, CONSTANT);
        }
        WideQuantizer.fold(a, VADDPS, SUM, WORK, SCALE);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), SUM.low());
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).add(RESULTS, Float.BYTES).sub(LEFT, 1);
    }

    private void unit(boolean half) {
        a.mov(LINE, UNIT).mov(IN_LINE, UNIT).and(LINE, -64).sub(IN_LINE, LINE).prefetch(Mem.at(UNIT, AHEAD));
        a.emit(VPBROADCASTD, PHASE, Mem.at(PHASES, IN_LINE, 4, 0));
        a.emit(VMOVUPS, FIRST, Mem.at(LINE));
        a.emit(VMOVUPS, SECOND, Mem.at(LINE, 64));
        if (format.hasFifthBits()) {
            a.emit(VPADDB, BYTES, IN_ORDER, PHASE);
            a.emit(VPERMI2B, BYTES, FIRST, SECOND);
        }
        if (order.pairs()) {
            pair(half);
        } else {
            line();
        }
    }

    /** Bytes of the unit by an index for them: out of the lines, or where many are taken out of the unit. */
    private void take(Vec target, Vec at) {
        if (format.hasFifthBits()) {
            a.emit(VPERMB, target, at, BYTES);
        } else {
            a.emit(VPADDB, target, at, PHASE);
            a.emit(VPERMI2B, target, FIRST, SECOND);
        }
    }

    private void pair(boolean half) {
        take(LOW, NIBBLES_AT);
        a.emit(VPSRLW, HIGH, LOW, 4);
        a.emit(VPAND, LOW, LOW, MASK);
        a.emit(VPAND, HIGH, HIGH, MASK);
        if (format.hasFifthBits()) {
            fifthBits(LOW, LOW_BITS_AT);
            fifthBits(HIGH, HIGH_BITS_AT);
        }
        if (format.hasMinimum()) {
            a.emit(VPMADDWD, PRODUCTS, LOW, Mem.at(INPUT));
        } else {
            a.emit(VMOVUPS, PRODUCTS, Mem.at(INPUT, 192));
            a.emit(VPDPWSSD, PRODUCTS, LOW, Mem.at(INPUT));
        }
        a.emit(VPDPWSSD, PRODUCTS, HIGH, Mem.at(INPUT, 64));
        a.emit(VCVTDQ2PS, PRODUCTS, PRODUCTS);
        halves(SCALE, SCALES_AT, half);
        if (format.hasMinimum()) {
            halves(WORK, MINIMA_AT, half);
            a.emit(VFMADD231PS, CONSTANT, WORK, Mem.at(INPUT, 192));
        }
        a.emit(VMULPS, SCALE, SCALE, Mem.at(INPUT, 128));
        a.emit(VFMADD231PS, SUM, PRODUCTS, SCALE);
    }

    /** F16 of both blocks as F32; of B's, which is not there, 0. */
    private void halves(Vec target, Vec at, boolean half) {
        take(target, at);
        if (half) {
            a.emit(VPAND, target, target, FIRST_HALF);
        }
        a.emit(VCVTPH2PS, target, ymm(target.number()));
    }

    private void fifthBits(Vec target, Vec at) {
        take(WORK, at);
        a.emit(VPAND, WORK, WORK, BIT);
        a.emit(VPMULLW, WORK, WORK, UP);
        a.emit(VPSRLW, WORK, WORK, 4);
        a.emit(VPOR, target, target, WORK);
    }

    private void line() {
        take(LOW, NIBBLES_AT);
        a.emit(VPSRAW, LOW, LOW, 8);
        a.emit(VPMADDWD, LOW, LOW, Mem.at(INPUT));
        take(SCALE, SCALES_AT);
        a.emit(VCVTDQ2PS, LOW, LOW);
        a.emit(VCVTPH2PS, SCALE, ymm(SCALE.number()));
        a.emit(VMULPS, SCALE, SCALE, Mem.at(INPUT, 64));
        a.emit(VFMADD231PS, SUM, LOW, SCALE);
    }
}
