package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVZXBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLVD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * Emits what {@link SuperBlockRows} does first with a row: scales of all its blocks, times those of the activations, side by side as F32, and the part of
 * minima or offsets.
 *
 * <pre>
 * Q4_K   d s[j] dx[j], of each other part a sixteenth     sum_j dmin m[j] t[j]
 * Q5_K   d s[j] dx[j]                                     sum_j dmin m[j] t[j]
 * Q6_K   d s[j] dx[j / 2]                                 sum_j d s[j] t[j]
 * </pre>
 * With Q6_K those of four parts are a register, of their first halves in its lower half and of their second in its upper.
 *
 * <p>Registers: ymm2 that part, ymm3 to ymm7 work, ymm12 to ymm15 constants. RAX block, RBX scales, RBP scales of the activations, R12 their
 * terms, R13 blocks left.
 */
final class SuperRowScales {

    /** The part of minima or offsets, 8 sums. */
    static final Vec TERMS = ymm(2);

    private static final Gp BLOCK = Gp.RAX;
    private static final Gp TO = Gp.RBX;
    private static final Gp FACTOR = Gp.RBP;
    private static final Gp TERM = Gp.R12;
    private static final Gp COUNT = Gp.R13;

    private static final Vec WORDS = xmm(3);
    private static final Vec NUMBERS = xmm(4);
    private static final Vec TOP = xmm(5);
    private static final Vec SCALES = ymm(6);
    private static final Vec MINIMA = ymm(7);
    /** Q6_K: scales with even places first. */
    private static final Vec PARTED = ymm(12);
    // Q4_K and Q5_K: how far words of scales are shifted, and what is kept of them and of their top bits.
    private static final Vec DOWN = xmm(12);
    private static final Vec KEPT = xmm(13);
    private static final Vec TOP_KEPT = xmm(14);
    /** Q4_K: what scales are multiplied with. */
    private static final Vec SIXTEENTHS = ymm(15);

    private final Assembler a;
    private final Label constants;
    private final Mem block = Mem.at(BLOCK);
    private final QuantType type;
    private final boolean four;
    private final boolean six;

    SuperRowScales(Assembler assembler, QuantType type) {
        a = assembler;
        constants = a.label();
        this.type = type;
        four = type.equals(QuantTypes.Q4_K);
        six = type.equals(QuantTypes.Q6_K);
    }

    /** Bytes of a block's scales. */
    int bytes() {
        return Float.BYTES * SuperCodes.PARTS * (six ? 2 : 1);
    }

    /** Emits the load of constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        if (six) {
            a.emit(VMOVUPS, PARTED, Mem.at(Gp.RAX));
        } else {
            a.emit(VMOVUPS, DOWN, Mem.at(Gp.RAX));
            a.emit(VMOVUPS, KEPT, Mem.at(Gp.RAX, 16));
            a.emit(VMOVUPS, TOP_KEPT, Mem.at(Gp.RAX, 32));
            a.emit(VMOVUPS, SIXTEENTHS, Mem.at(Gp.RAX, 48));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(32).bind(constants);
        int[] words = six
                ? new int[] {0, 2, 4, 6, 1, 3, 5, 7}
                : new int[] {0, 0, 0, 4, 0x3F3F3F3F, 0x0F0F0F0F, 0x3F3F3F3F, 0x0F0F0F0F, 0, 0x30303030, 0, 0x30303030};
        for (int word : words) {
            a.word(word);
        }
        for (int part = 0; part < SuperCodes.PARTS; part++) {
            a.word(Float.floatToRawIntBits(part % 2 == 0 ? 1 : 1 / 16f));
        }
    }

    /** Emits the pass over a row; its argument block is that of {@link BlockRows}. */
    void row(Gp weights) {
        Label loop = a.label();
        a.emit(VXORPS, TERMS, TERMS, TERMS);
        a.mov(BLOCK, weights).mov(TO, Mem.at(Gp.RDI, BlockRows.SCRATCH)).mov(COUNT, Mem.at(Gp.RDI, BlockRows.BLOCKS));
        a.mov(FACTOR, Mem.at(Gp.RDI, BlockRows.DX)).mov(TERM, Mem.at(Gp.RDI, BlockRows.T));
        a.align(32).bind(loop);
        if (six) {
            scales();
        } else {
            sixBitScales();
        }
        a.add(BLOCK, type.blockBytes())
                .add(TO, bytes())
                .add(FACTOR, Float.BYTES * SuperCodes.PARTS)
                .add(TERM, bytes());
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    private void scales() {
        Vec d = ymm(3);
        Vec factors = ymm(4);
        a.emit(VPBROADCASTW, d.low(), block.plus(SuperCodes.SIX_D));
        a.emit(VCVTPH2PS, d, d.low());
        for (int i = 0; i < 2; i++) {
            a.emit(VPMOVSXBD, SCALES, block.plus(SuperCodes.SIX_SCALES + 8L * i));
            a.emit(VBROADCASTI128, factors, Mem.at(FACTOR, 16L * i));
            a.emit(VCVTDQ2PS, SCALES, SCALES);
            a.emit(VMULPS, SCALES, SCALES, d);
            a.emit(VFMADD231PS, TERMS, SCALES, Mem.at(TERM, 32L * i));
            a.emit(VPERMD, SCALES, PARTED, SCALES);
            a.emit(VMULPS, SCALES, SCALES, factors);
            a.emit(VMOVUPS_STORE, Mem.at(TO, 32L * i), SCALES);
        }
    }

    /** {@link SuperBlocks} says how 12 bytes become 16 numbers. */
    private void sixBitScales() {
        Vec d = ymm(5);
        Vec dMinimum = ymm(3);
        a.emit(VMOVUPS, WORDS, block);
        a.emit(VPSHUFD, NUMBERS, WORDS, 0b11_10_11_01);
        a.emit(VPSRLVD, NUMBERS, NUMBERS, DOWN);
        a.emit(VPAND, NUMBERS, NUMBERS, KEPT);
        a.emit(VPSHUFD, TOP, WORDS, 0b10_00_01_00);
        a.emit(VPSRLD, TOP, TOP, 2);
        a.emit(VPAND, TOP, TOP, TOP_KEPT);
        a.emit(VPOR, NUMBERS, NUMBERS, TOP);
        a.emit(VCVTPH2PS, WORDS, WORDS);
        a.emit(VPMOVZXBD, SCALES, NUMBERS);
        a.emit(VPSHUFD, NUMBERS, NUMBERS, 0b1110);
        a.emit(VPMOVZXBD, MINIMA, NUMBERS);
        a.emit(VCVTDQ2PS, SCALES, SCALES);
        a.emit(VCVTDQ2PS, MINIMA, MINIMA);
        a.emit(VBROADCASTSS, d, WORDS);
        a.emit(VPSHUFD, WORDS, WORDS, 0b0101);
        a.emit(VBROADCASTSS, dMinimum, WORDS);
        a.emit(VMULPS, SCALES, SCALES, Mem.at(FACTOR));
        a.emit(VMULPS, MINIMA, MINIMA, Mem.at(TERM));
        a.emit(VMULPS, SCALES, SCALES, d);
        a.emit(VFMADD231PS, TERMS, MINIMA, dMinimum);
        if (four) {
            a.emit(VMULPS, SCALES, SCALES, SIXTEENTHS);
        }
        a.emit(VMOVUPS_STORE, Mem.at(TO), SCALES);
    }
}
