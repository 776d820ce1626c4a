package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
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
 * A first pass over a row turns its scales to floats ({@link SuperRowScales}), the second multiplies. Codes are bytes at first
 * ({@link SuperCodes}); those with even and with odd places become 16-bit integers by a mask and by a shift, and activations are parted likewise
 * ({@link RowOrder}), so that no shuffle is needed. Nibbles of Q4_K are masked where they lie, and scales make up for the upper ones'
 * being 16 times as large. With Q6_K the lower four sums then belong to one scale and the upper four to the next.
 *
 * <p>Instructions for 256 weights with AVX2, of which AVX-VNNI saves 8: codes and parting 24 (Q5_K and Q6_K 56), products 24,
 * scaling 24, the first pass 29 (Q5_K 28, Q6_K 24), and 8 (Q6_K 9) for loop and prefetches: 109, 140, 137. On Zen 4 they take 31, 37 and 38
 * cycles. Scales that were stored just before their use, in one pass, took longer.
 *
 * <p>Registers: ymm0 and ymm1 sums, ymm2 the part of minima or offsets, ymm3 and ymm4 codes, ymm5 work, ymm6 upper bits or bytes, ymm9 to
 * ymm11 constants, ymm12 to ymm15 those of the first pass. RSI weights, RDX results, RCX rows left, R8 bytes of a row, R9 activations, RAX
 * block, R10 activations of the block, R11 its scales, R13 blocks left; RBX, RBP and R12 are the first pass's.
 */
final class SuperBlockRows {

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp ROW = Gp.R8;
    private static final Gp INPUTS = Gp.R9;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.R10;
    private static final Gp SCALE = Gp.R11;
    private static final Gp COUNT = Gp.R13;

    private static final int LINE = 64;

    private static final Vec EVEN = ymm(3);
    private static final Vec ODD = ymm(4);
    private static final Vec WORK = ymm(5);
    private static final Vec BITS = ymm(6);
    private static final Vec BYTE = ymm(9);
    private static final Vec NIBBLES = ymm(10);
    private static final Vec HIGH_BITS = ymm(11);
    // Q4_K: nibbles of the lower bytes of words.
    private static final Vec LOW_NIBBLE = BYTE;
    private static final Vec HIGH_NIBBLE = NIBBLES;

    private final Assembler a = new Assembler();
    private final Label constants = a.label();
    private final Mem block = Mem.at(BLOCK);
    private final QuantType type;
    private final boolean four;
    private final boolean six;
    private final Isa isa;
    private final SuperRowScales scales;
    private final SuperCodes codes;

    private SuperBlockRows(QuantType type, Isa isa) {
        this.type = type;
        this.isa = isa;
        four = type.equals(QuantTypes.Q4_K);
        six = type.equals(QuantTypes.Q6_K);
        scales = new SuperRowScales(a, type);
        codes = new SuperCodes(a, type, NIBBLES, HIGH_BITS);
    }

    /** The routine for a type; its argument block is that of {@link BlockRows}. */
    static byte[] assemble(QuantType type, Isa isa) {
        return new SuperBlockRows(type, isa).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, BlockRows.W)).mov(RESULTS, Mem.at(Gp.RDI, BlockRows.Y));
        a.mov(LEFT, Mem.at(Gp.RDI, BlockRows.ROWS)).mov(ROW, Mem.at(Gp.RDI, BlockRows.ROW_BYTES));
        a.mov(INPUTS, Mem.at(Gp.RDI, BlockRows.Q));
        scales.load();
        codes.load();
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, BYTE, Mem.at(Gp.RAX));
        if (four) {
            a.emit(VBROADCASTSS, HIGH_NIBBLE, Mem.at(Gp.RAX, 4));
        }
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        scales.row(WEIGHTS);
        multiply();
        finish();
        a.add(WEIGHTS, ROW).add(RESULTS, Float.BYTES).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        scales.data();
        codes.data();
        a.bind(constants).word(four ? 0x000F000F : 0x00FF00FF).word(0x00F000F0).word(Float.floatToRawIntBits(32));
        return a.finish();
    }

    /** The products of a row. */
    private void multiply() {
        Label loop = a.label();
        a.emit(VXORPS, ymm(0), ymm(0), ymm(0));
        a.emit(VXORPS, ymm(1), ymm(1), ymm(1));
        a.mov(BLOCK, WEIGHTS).mov(INPUT, INPUTS).mov(SCALE, Mem.at(Gp.RDI, BlockRows.SCRATCH));
        a.mov(COUNT, Mem.at(Gp.RDI, BlockRows.BLOCKS)).align(32).bind(loop);
        for (int line = 0; line < type.blockBytes(); line += LINE) {
            a.prefetch(Mem.at(BLOCK, WideRows.AHEAD + line));
        }
        for (int part = 0; part < SuperCodes.PARTS; part++) {
            products(part);
        }
        a.add(BLOCK, type.blockBytes()).add(INPUT, 2 * type.blockSize()).add(SCALE, scales.bytes());
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    /** Adds 32 products to one of the sums. */
    private void products(int part) {
        if (four) {
            nibbles(part);
        } else {
            codes(part);
        }
        a.emit(VPMADDWD, EVEN, EVEN, Mem.at(INPUT, 64L * part));
        isa.addProducts(a, EVEN, ODD, Mem.at(INPUT, 64L * part + 32), ODD);
        a.emit(VCVTDQ2PS, EVEN, EVEN);
        if (six) {
            a.emit(VPSHUFD, WORK, Mem.at(SCALE, 32L * (part / 4)), 0b01010101 * (part % 4));
        } else {
            a.emit(VBROADCASTSS, WORK, Mem.at(SCALE, 4L * part));
        }
        a.emit(VFMADD231PS, ymm(part % 2), EVEN, WORK);
    }

    /** EVEN and ODD: the codes of a part. */
    private void codes(int part) {
        if (codes.beginsBits(part)) {
            codes.bits(block, part, BITS);
        }
        codes.codes(block, part, EVEN, BITS, WORK);
        a.emit(VPSRLW, ODD, EVEN, 8);
        a.emit(VPAND, EVEN, EVEN, BYTE);
    }

    /** The same for Q4_K; codes of every other part are multiplied with 16. */
    private void nibbles(int part) {
        Mem from = block.plus(16 + 32L * (part / 2));
        Vec mask = part % 2 == 0 ? LOW_NIBBLE : HIGH_NIBBLE;
        if (part % 2 == 0) {
            a.emit(VMOVUPS, BITS, from);
            a.emit(VPSRLW, BITS, BITS, 8);
        }
        a.emit(VPAND, EVEN, mask, from);
        a.emit(VPAND, ODD, mask, BITS);
    }

    /** Adds up the sums of a row and stores it. */
    private void finish() {
        a.emit(VADDPS, ymm(0), ymm(0), ymm(1));
        if (six) {
            a.lea(BLOCK, Mem.at(constants));
            a.emit(VBROADCASTSS, WORK, Mem.at(BLOCK, 8));
            a.emit(VFNMADD231PS, ymm(0), SuperRowScales.TERMS, WORK);
        } else {
            a.emit(VSUBPS, ymm(0), ymm(0), SuperRowScales.TERMS);
        }
        Lanes.fold(a, VADDPS, ymm(0), WORK, WORK);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), xmm(0));
    }
}
