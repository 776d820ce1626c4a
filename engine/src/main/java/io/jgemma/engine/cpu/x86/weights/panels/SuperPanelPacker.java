package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VINSERTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVSXBW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSUBB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHQDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLQDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.FIFTH;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.FIRST;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.LEFT;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.MINIMUM;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.ROWS;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.SCALE;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.STEP;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.TO;
import static io.jgemma.engine.cpu.x86.weights.panels.PanelPacker.row;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.SuperCodes;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * Unpacks 8 rows of weights in blocks of 256 into half of a panel, as {@link PanelPacker} does with blocks of 32; with Q6_K scales are F32
 * [columns / 16][16 rows]. 32 columns of 8 rows are transposed at a time, as bytes in units of two columns, and widened last. Of
 * scales, four are a word of a block, and a register has the same word of 8 rows.
 *
 * <p>Registers: ymm0 to ymm8 rows, ymm9 to ymm12 work, of which ymm9 and ymm10 are factors of the 8 rows; ymm13 to ymm15
 * constants. RAX and RBX the blocks of rows 0 and 4, R8 bytes of a row (R11 three times that), RDX codes, RCX scales,
 * RSI minima, R9 blocks left.
 */
final class SuperPanelPacker {

    private static final Vec FACTORS = ymm(9);
    private static final Vec MINIMA = ymm(10);
    private static final Vec WORK = ymm(11);
    private static final Vec OTHER = ymm(12);
    private static final Vec NIBBLES = ymm(13);
    private static final Vec HIGH_BITS = ymm(14);
    /** Q6_K: the offset. Q4_K and Q5_K: two bits above a nibble. */
    private static final Vec CONSTANT = ymm(15);

    private final Assembler a = new Assembler();
    private final Label constants = a.label();
    private final QuantType type;
    private final boolean six;
    private final SuperCodes codes;

    private SuperPanelPacker(QuantType type) {
        this.type = type;
        six = type.equals(QuantTypes.Q6_K);
        codes = new SuperCodes(a, type, NIBBLES, HIGH_BITS);
    }

    /** The routine for a type; its argument block is that of {@link PanelPacker}. */
    static byte[] assemble(QuantType type) {
        return new SuperPanelPacker(type).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX);
        codes.load();
        PanelPacker.load(a);
        a.emit(VBROADCASTSS, CONSTANT, Mem.at(constants));
        a.bind(loop);
        if (six) {
            scales();
        } else {
            sixBitScales();
        }
        for (int part = 0; part < SuperCodes.PARTS; part++) {
            part(part);
        }
        a.add(FIRST, type.blockBytes()).add(FIFTH, type.blockBytes()).add(TO, STEP * type.blockSize() / 2);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        codes.data();
        a.bind(constants).word(six ? 0x20202020 : 0x30303030);
        return a.finish();
    }

    private void scales() {
        RowExchange words = words(SuperCodes.SIX_SCALES);
        PanelPacker.halves(a, FACTORS, r -> row(r).plus(SuperCodes.SIX_D));
        for (int word = 0; word < 4; word++) {
            store(word(words, word), FACTORS, Mem.at(SCALE, 4L * STEP * word));
        }
        a.add(SCALE, 2 * SuperCodes.PARTS * STEP);
    }

    /** {@code SuperBlocks} says how three words become 16 numbers. */
    private void sixBitScales() {
        RowExchange words = words(0);
        PanelPacker.halves(a, FACTORS, PanelPacker::row);
        PanelPacker.halves(a, MINIMA, r -> BlockFormat.minimumOf(row(r)));
        a.emit(VXORPS, WORK, WORK, WORK);
        a.emit(VSUBPS, MINIMA, WORK, MINIMA);
        // 6 bits of a byte.
        a.emit(VPOR, OTHER, CONSTANT, NIBBLES);
        Vec last = word(words, 3);
        for (int i = 0; i < 2; i++) {
            Vec first = word(words, 1 + i);
            Vec second = ymm(5 + i);
            if (i == 0) {
                a.emit(VPAND, second, last, NIBBLES);
            } else {
                a.emit(VPSRLD, second, last, 4);
                a.emit(VPAND, second, second, NIBBLES);
            }
            a.emit(VPSRLD, WORK, first, 2);
            a.emit(VPAND, WORK, WORK, CONSTANT);
            a.emit(VPOR, second, second, WORK);
            a.emit(VPAND, first, first, OTHER);
            Vec factors = i == 0 ? FACTORS : MINIMA;
            Gp to = i == 0 ? SCALE : MINIMUM;
            store(first, factors, Mem.at(to));
            store(second, factors, Mem.at(to, 4L * STEP));
            a.add(to, SuperCodes.PARTS * STEP);
        }
    }

    /** Loads 16 bytes of each row's block; {@link #word} has their four words. */
    private RowExchange words(int at) {
        RowExchange words = new RowExchange(a, 4);
        for (int r = 0; r < 4; r++) {
            a.emit(VMOVUPS, words.row(r).low(), row(r).plus(at));
            a.emit(VINSERTI128, words.row(r), words.row(r), row(r + 4).plus(at), 1);
        }
        words.interleave(1, VPUNPCKLDQ, VPUNPCKHDQ);
        words.interleave(2, VPUNPCKLQDQ, VPUNPCKHQDQ);
        return words;
    }

    private static Vec word(RowExchange words, int i) {
        return words.row(Integer.reverse(i) >>> 30);
    }

    /** Stores the four signed bytes of each word as floats, times the rows' factors. */
    private void store(Vec words, Vec factors, Mem to) {
        for (int i = 0; i < 4; i++) {
            Vec bytes = words;
            if (i < 3) {
                a.emit(VPSLLD, WORK, words, 24 - 8 * i);
                bytes = WORK;
            }
            a.emit(VPSRAD, WORK, bytes, 24);
            a.emit(VCVTDQ2PS, WORK, WORK);
            a.emit(VMULPS, WORK, WORK, factors);
            a.emit(VMOVUPS_STORE, to.plus((long) STEP * i), WORK);
        }
    }

    /** 32 columns. */
    private void part(int part) {
        RowExchange rows = new RowExchange(a, ROWS);
        for (int r = 0; r < ROWS; r++) {
            codes.bits(row(r), part, OTHER);
            codes.codes(row(r), part, rows.row(r), OTHER, WORK);
            if (six) {
                a.emit(VPSUBB, rows.row(r), rows.row(r), CONSTANT);
            }
        }
        rows.interleave(1, VPUNPCKLWD, VPUNPCKHWD);
        rows.interleave(2, VPUNPCKLDQ, VPUNPCKHDQ);
        rows.interleave(4, VPUNPCKLQDQ, VPUNPCKHQDQ);
        // Each half of a register has a pair of columns of all rows, the upper that 8 further on.
        for (int pair = 0; pair < 8; pair++) {
            Vec both = rows.row(Integer.reverse(pair) >>> 29);
            Mem to = Mem.at(TO, (long) STEP * (part * SuperCodes.PART / 2 + pair));
            a.emit(VPMOVSXBW, WORK, both.low());
            a.emit(VMOVUPS_STORE, to, WORK);
            a.emit(VEXTRACTI128, both.low(), both, 1);
            a.emit(VPMOVSXBW, WORK, both.low());
            a.emit(VMOVUPS_STORE, to.plus(8L * STEP), WORK);
        }
    }
}
