package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMINUB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLVD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import java.util.function.IntUnaryOperator;

/**
 * Unpacks rows of weights in blocks of 32 ({@link BlockFormat}): of each block 32 codes as unsigned bytes, signed ones with 128
 * added, and its scale and minimum as F32. AVX2.
 *
 * <p>Registers: ymm0 codes, ymm1 work, ymm8 to ymm12 constants. RSI row, RDX codes, R8 scales, R9 minima, RCX rows left, RAX block, R10 scale and R11
 * minimum of it, RDI blocks left.
 */
final class BlockUnpacker {

    /**
     * The argument block. Addresses: w, codes, scales, minima; counts: rows, bytes of a row of w, bytes of a row of codes,
     * bytes of a row of scales or minima, blocks.
     */
    static final int W = 0;

    static final int CODES = 8;
    static final int SCALES = 16;
    static final int MINIMA = 24;
    static final int ROWS = 32;
    static final int ROW_BYTES = 40;
    static final int CODE_BYTES = 48;
    static final int FACTOR_BYTES = 56;
    static final int BLOCKS = 64;

    private static final Gp ARGS = Gp.RBX;
    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp TO_SCALES = Gp.R8;
    private static final Gp TO_MINIMA = Gp.R9;
    private static final Gp ROWS_LEFT = Gp.RCX;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp AT = Gp.R10;
    private static final Gp SCALE = Gp.R11;
    private static final Gp MINIMUM = Gp.RBP;
    private static final Gp LEFT = Gp.RDI;

    private static final Vec CODE = ymm(0);
    private static final Vec WORK = ymm(1);

    /** Nibbles: 15; bytes: the sign. */
    private static final Vec MASK = ymm(8);

    private static final Vec SHIFTS = ymm(9);
    private static final Vec BIT_BYTES = ymm(10);
    private static final Vec BITS = ymm(11);
    private static final Vec ONES = ymm(12);

    private final Assembler a = new Assembler();
    private final Label constants = a.label();
    private final BlockFormat format;

    private BlockUnpacker(BlockFormat format) {
        this.format = format;
    }

    static byte[] assemble(BlockFormat format) {
        return new BlockUnpacker(format).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, ARGS, MINIMUM);
        a.mov(ARGS, Gp.RDI).mov(WEIGHTS, Mem.at(ARGS, W)).mov(TO, Mem.at(ARGS, CODES));
        a.mov(TO_SCALES, Mem.at(ARGS, SCALES)).mov(TO_MINIMA, Mem.at(ARGS, MINIMA));
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS));
        load();
        a.bind(row).mov(BLOCK, WEIGHTS).mov(AT, TO).mov(SCALE, TO_SCALES).mov(MINIMUM, TO_MINIMA);
        a.mov(LEFT, Mem.at(ARGS, BLOCKS)).align(32).bind(loop);
        codes();
        a.emit(VMOVUPS_STORE, Mem.at(AT), CODE);
        widen(Mem.at(BLOCK), SCALE);
        if (format.hasMinimum()) {
            widen(BlockFormat.minimumOf(Mem.at(BLOCK)), MINIMUM);
        }
        a.add(BLOCK, format.blockBytes()).add(AT, BlockFormat.SIZE).sub(LEFT, 1);
        a.jump(Condition.NOT_EQUAL, loop);
        a.add(WEIGHTS, Mem.at(ARGS, ROW_BYTES)).add(TO, Mem.at(ARGS, CODE_BYTES));
        a.add(TO_SCALES, Mem.at(ARGS, FACTOR_BYTES)).add(TO_MINIMA, Mem.at(ARGS, FACTOR_BYTES));
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        data();
        return a.finish();
    }

    private void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, MASK, Mem.at(Gp.RAX, 96));
        a.emit(VBROADCASTSS, ONES, Mem.at(Gp.RAX, 100));
        a.emit(VMOVUPS, SHIFTS, Mem.at(Gp.RAX));
        a.emit(VMOVUPS, BIT_BYTES, Mem.at(Gp.RAX, 32));
        a.emit(VMOVUPS, BITS, Mem.at(Gp.RAX, 64));
    }

    private void data() {
        a.alignData(32).bind(constants);
        bytes(i -> i >= 16 && i % 4 == 0 ? 4 : 0);
        bytes(i -> i / 8);
        bytes(i -> 1 << i % 8);
        a.word(format.hasNibbles() ? 0x0F0F0F0F : 0x80808080);
        a.word(0x01010101);
    }

    private void bytes(IntUnaryOperator content) {
        for (int i = 0; i < 32; i++) {
            a.data((byte) content.applyAsInt(i));
        }
    }

    private void codes() {
        Mem from = Mem.at(BLOCK, format.hasMinimum() ? 4 : 2);
        if (!format.hasNibbles()) {
            a.emit(VPXOR, CODE, MASK, from);
            return;
        }
        a.emit(VBROADCASTI128, CODE, format.hasFifthBits() ? from.plus(4) : from);
        a.emit(VPSRLVD, CODE, CODE, SHIFTS);
        a.emit(VPAND, CODE, CODE, MASK);
        if (format.hasFifthBits()) {
            a.emit(VPBROADCASTD, WORK, from);
            a.emit(VPSHUFB, WORK, WORK, BIT_BYTES);
            a.emit(VPAND, WORK, WORK, BITS);
            a.emit(VPMINUB, WORK, WORK, ONES);
            a.emit(VPSLLW, WORK, WORK, 4);
            a.emit(VPOR, CODE, CODE, WORK);
        }
    }

    /** Stores an F16 as F32 and moves on. */
    private void widen(Mem from, Gp to) {
        a.emit(VPBROADCASTW, xmm(1), from);
        a.emit(VCVTPH2PS, xmm(1), xmm(1));
        a.emit(VMOVSS_STORE, Mem.at(to), xmm(1));
        a.add(to, Float.BYTES);
    }
}
