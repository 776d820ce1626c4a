package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTI128;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXBD;
import static io.jgemma.engine.cpu.x86.Op.VPOR;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLVD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.ymm;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * Rows of weights in blocks of 256, as mapped, times one row of activations from {@link RowQuantizer}, on 256-bit registers:
 *
 * <pre>
 * Q4_K, Q5_K   y[o] = sum_j d s[j] dx[j] sum_k code[j][k] q[j][k]  -  dmin m[j] t[j]          j of 32 weights
 * Q6_K         y[o] = sum_j d s[j] dx[j / 2] sum_k code[j][k] q[j][k]  -  32 d s[j] t[j]      j of 16 weights
 * </pre>
 *
 * Codes are bytes at first ({@link SuperCodes}); those with even and with odd places become 16-bit integers by a mask and by a
 * shift, and activations are parted likewise ({@link RowOrder}), so that no shuffle is needed. With Q6_K the lower four sums then belong to one scale
 * and the upper four to the next.
 *
 * <p>Instructions for 256 weights with AVX2, of which AVX-VNNI saves 8: codes 16 (Q5_K 40, Q6_K 50), parting 16, products 24,
 * scaling 24, scales of the block 20 (Q6_K 16), and some 10 for the loop.
 *
 * <p>Registers: ymm0 and ymm1 sums, ymm2 the part of offsets, ymm3 and ymm4 codes, ymm5 work, ymm6 upper bits, ymm7 and ymm8 scales of the
 * block, ymm9 to ymm15 constants. RSI weights, RDX results, RCX rows left, R8 blocks, R9 activations, R10 their scales, R11 their
 * terms, RAX block, RBX activations of the block, RBP their scales, R12 their terms, R13 blocks left, R14 scratch, R15 bytes of a row.
 */
final class SuperBlockRows {

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp BLOCKS = Gp.R8;
    private static final Gp INPUTS = Gp.R9;
    private static final Gp FACTORS = Gp.R10;
    private static final Gp TERMS = Gp.R11;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.RBX;
    private static final Gp FACTOR = Gp.RBP;
    private static final Gp TERM = Gp.R12;
    private static final Gp COUNT = Gp.R13;
    private static final Gp SCRATCH = Gp.R14;
    private static final Gp ROW = Gp.R15;

    private static final int PARTS = 8;
    private static final int LINE = 64;
    private static final int SIX_SCALES = 192;
    private static final int SIX_D = 208;

    private static final Vec OFFSETS = ymm(2);
    private static final Vec EVEN = ymm(3);
    private static final Vec ODD = ymm(4);
    private static final Vec WORK = ymm(5);
    private static final Vec BITS = ymm(6);
    private static final Vec[] SCALES = {ymm(7), ymm(8)};
    private static final Vec BYTE = ymm(9);
    private static final Vec NIBBLES = ymm(10);
    private static final Vec HIGH_BITS = ymm(11);
    /** Q6_K: scales with even places first. */
    private static final Vec PARTED = ymm(12);
    // Q4_K and Q5_K: how far words of scales are shifted, and what is kept of them and of their top bits.
    private static final Vec DOWN = xmm(12);
    private static final Vec KEPT = xmm(13);
    private static final Vec TOP = xmm(14);

    private final Assembler a = new Assembler();
    private final Label constants = a.label();
    private final Mem block = Mem.at(BLOCK);
    private final QuantType type;
    private final boolean six;
    private final Isa isa;
    private final SuperCodes codes;

    private SuperBlockRows(QuantType type, Isa isa) {
        this.type = type;
        this.isa = isa;
        six = type.equals(QuantTypes.Q6_K);
        codes = new SuperCodes(a, type, NIBBLES, HIGH_BITS);
    }

    /** The routine for a type; its argument block is that of {@link BlockRows}, and it uses 32 bytes of the scratch. */
    static byte[] assemble(QuantType type, Isa isa) {
        return new SuperBlockRows(type, isa).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, BlockRows.W)).mov(RESULTS, Mem.at(Gp.RDI, BlockRows.Y));
        a.mov(LEFT, Mem.at(Gp.RDI, BlockRows.ROWS)).mov(ROW, Mem.at(Gp.RDI, BlockRows.ROW_BYTES));
        a.mov(INPUTS, Mem.at(Gp.RDI, BlockRows.Q)).mov(FACTORS, Mem.at(Gp.RDI, BlockRows.DX));
        a.mov(TERMS, Mem.at(Gp.RDI, BlockRows.T)).mov(BLOCKS, Mem.at(Gp.RDI, BlockRows.BLOCKS));
        a.mov(SCRATCH, Mem.at(Gp.RDI, BlockRows.SCRATCH));
        load();
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        blocks();
        finish();
        a.add(WEIGHTS, ROW).add(RESULTS, Float.BYTES).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        codes.data();
        data();
        return a.finish();
    }

    private void load() {
        codes.load();
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, BYTE, Mem.at(Gp.RAX));
        if (six) {
            a.emit(VMOVUPS, PARTED, Mem.at(Gp.RAX, 32));
        } else {
            a.emit(VMOVUPS, DOWN, Mem.at(Gp.RAX, 32));
            a.emit(VMOVUPS, KEPT, Mem.at(Gp.RAX, 48));
            a.emit(VMOVUPS, TOP, Mem.at(Gp.RAX, 64));
        }
    }

    private void data() {
        a.alignData(32).bind(constants).word(0x00FF00FF).word(Float.floatToRawIntBits(32));
        a.alignData(32);
        int[] words = six
                ? new int[] {0, 2, 4, 6, 1, 3, 5, 7}
                : new int[] {0, 0, 0, 4, 0x3F3F3F3F, 0x0F0F0F0F, 0x3F3F3F3F, 0x0F0F0F0F, 0, 0x30303030, 0, 0x30303030};
        for (int word : words) {
            a.word(word);
        }
    }

    /** The sums of a row. */
    private void blocks() {
        Label loop = a.label();
        for (int i = 0; i < 3; i++) {
            a.emit(VXORPS, ymm(i), ymm(i), ymm(i));
        }
        a.mov(BLOCK, WEIGHTS)
                .mov(INPUT, INPUTS)
                .mov(FACTOR, FACTORS)
                .mov(TERM, TERMS)
                .mov(COUNT, BLOCKS);
        a.align(32).bind(loop);
        for (int line = 0; line < type.blockBytes(); line += LINE) {
            a.prefetch(Mem.at(BLOCK, WideRows.AHEAD + line));
        }
        if (six) {
            scales();
        } else {
            sixBitScales();
        }
        for (int part = 0; part < PARTS; part++) {
            products(part);
        }
        a.add(BLOCK, type.blockBytes()).add(INPUT, 2 * type.blockSize()).add(FACTOR, 4 * PARTS);
        a.add(TERM, (six ? 8 : 4) * PARTS).sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    /** SCALES: parts' first halves in the lower half, their second in the upper; four parts in the first register. */
    private void scales() {
        a.emit(VPBROADCASTW, WORK.low(), block.plus(SIX_D));
        a.emit(VCVTPH2PS, WORK, WORK.low());
        a.emit(VBROADCASTI128, EVEN, Mem.at(FACTOR));
        a.emit(VBROADCASTI128, ODD, Mem.at(FACTOR, 16));
        Vec[] factors = {EVEN, ODD};
        for (int i = 0; i < 2; i++) {
            a.emit(VPMOVSXBD, SCALES[i], block.plus(SIX_SCALES + 8L * i));
            a.emit(VCVTDQ2PS, SCALES[i], SCALES[i]);
            a.emit(VMULPS, SCALES[i], SCALES[i], WORK);
            a.emit(VFMADD231PS, OFFSETS, SCALES[i], Mem.at(TERM, 32L * i));
            a.emit(VPERMD, SCALES[i], PARTED, SCALES[i]);
            a.emit(VMULPS, SCALES[i], SCALES[i], factors[i]);
        }
    }

    /** Scales to the scratch; {@link SuperBlocks} says how 12 bytes become 16 numbers. */
    private void sixBitScales() {
        Vec words = EVEN.low();
        Vec numbers = ODD.low();
        Vec top = WORK.low();
        a.emit(VMOVUPS, words, block);
        a.emit(VPSHUFD, numbers, words, 0b11_10_11_01);
        a.emit(VPSRLVD, numbers, numbers, DOWN);
        a.emit(VPAND, numbers, numbers, KEPT);
        a.emit(VPSHUFD, top, words, 0b10_00_01_00);
        a.emit(VPSRLD, top, top, 2);
        a.emit(VPAND, top, top, TOP);
        a.emit(VPOR, numbers, numbers, top);
        a.emit(VCVTPH2PS, words, words);
        a.emit(VPMOVZXBD, SCALES[0], numbers);
        a.emit(VPSHUFD, numbers, numbers, 0b1110);
        a.emit(VPMOVZXBD, SCALES[1], numbers);
        a.emit(VCVTDQ2PS, SCALES[0], SCALES[0]);
        a.emit(VCVTDQ2PS, SCALES[1], SCALES[1]);
        a.emit(VBROADCASTSS, WORK, words);
        a.emit(VPSHUFD, words, words, 0b0101);
        a.emit(VBROADCASTSS, EVEN, words);
        a.emit(VMULPS, SCALES[0], SCALES[0], Mem.at(FACTOR));
        a.emit(VMULPS, SCALES[1], SCALES[1], Mem.at(TERM));
        a.emit(VMULPS, SCALES[0], SCALES[0], WORK);
        a.emit(VFMADD231PS, OFFSETS, SCALES[1], EVEN);
        a.emit(VMOVUPS_STORE, Mem.at(SCRATCH), SCALES[0]);
    }

    /** Adds 32 products to one of the sums. */
    private void products(int part) {
        if (codes.beginsBits(part)) {
            codes.bits(block, part, BITS);
        }
        codes.codes(block, part, EVEN, BITS, WORK);
        a.emit(VPSRLW, ODD, EVEN, 8);
        a.emit(VPAND, EVEN, EVEN, BYTE);
        a.emit(VPMADDWD, EVEN, EVEN, Mem.at(INPUT, 64L * part));
        isa.addProducts(a, EVEN, ODD, Mem.at(INPUT, 64L * part + 32), ODD);
        a.emit(VCVTDQ2PS, EVEN, EVEN);
        if (six) {
            a.emit(VPSHUFD, WORK, SCALES[part / 4], 0b01010101 * (part % 4));
        } else {
            a.emit(VBROADCASTSS, WORK, Mem.at(SCRATCH, 4L * part));
        }
        a.emit(VFMADD231PS, ymm(part % 2), EVEN, WORK);
    }

    /** Adds up the sums of a row and stores it. */
    private void finish() {
        a.emit(VADDPS, ymm(0), ymm(0), ymm(1));
        if (six) {
            a.lea(BLOCK, Mem.at(constants));
            a.emit(VBROADCASTSS, WORK, Mem.at(BLOCK, 4));
            a.emit(VFNMADD231PS, ymm(0), OFFSETS, WORK);
        } else {
            a.emit(VSUBPS, ymm(0), ymm(0), OFFSETS);
        }
        Lanes.fold(a, VADDPS, ymm(0), WORK, WORK);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), xmm(0));
    }
}
