package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.Op.VPERMB;
import static io.jgemma.engine.cpu.x86.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXBW;
import static io.jgemma.engine.cpu.x86.Op.VPOR;
import static io.jgemma.engine.cpu.x86.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLVD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.Op.VPSUBW;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Vec.ymm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Rows of weights in blocks of 256, as mapped, times one row of activations from {@link WideQuantizer} (SUPER):
 *
 * <pre>
 * Q4_K, Q5_K   w = d s[j] code - dmin m[j]     j = 0 to 7, of 32 weights each, s and m of 6 bits
 * Q6_K         w = d s[j] (code - 32)          j = 0 to 15, of 16 weights each, s a signed byte
 * </pre>
 * A block's 16 scales (and minima) become floats in one register, {@code d s[j]}; then 32 weights at a time are widened to
 * 16-bit lanes, multiplied, converted, scaled; the block's sum is multiplied with the scale of the activations. AVX-512 with VBMI.
 *
 * <p>Registers: zmm0 and zmm1 sums of a block, zmm2 of the row; zmm3 scales; zmm4 to zmm9 work; from zmm16 on constants.
 * RSI weights, RDX results, RCX rows left, R9 activations, RAX block, R10 activations of the block, R11 blocks left.
 */
final class SuperRows {

    /** The argument block. Addresses: y, w, x; counts: rows, bytes of a row, blocks; then 64 bytes that the routine uses. */
    static final int Y = 0;

    static final int W = 8;
    static final int X = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int BLOCKS = 40;
    static final int SCRATCH = 64;

    /** Words of the argument block. */
    static final int WORDS = 16;

    /** Types that this class multiplies. */
    static final List<QuantType> TYPES = List.of(QuantTypes.Q4_K, QuantTypes.Q5_K, QuantTypes.Q6_K);

    private static final int TERMS_AT = 512;
    private static final int FACTOR_AT = 576;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp INPUTS = Gp.R9;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.R10;
    private static final Gp COUNT = Gp.R11;

    private static final Vec TOTAL = zmm(2);
    private static final Vec SCALES = zmm(3);
    private static final Vec CODES = zmm(4);
    private static final Vec UPPER = zmm(5);
    private static final Vec BITS = zmm(6);
    private static final Vec PART = zmm(7);
    private static final Vec WORK = zmm(8);
    private static final Vec BYTES = zmm(9);
    private static final Vec LOW_NIBBLE = zmm(16);
    private static final Vec HIGH_BITS = zmm(17);
    private static final Vec OFFSET = zmm(18);
    // Q4_K and Q5_K: how 12 bytes become 16 numbers of 6 bits, and where their factors lie.
    private static final Vec SIX_AT = zmm(19);
    private static final Vec SIX_DOWN = zmm(20);
    private static final Vec SIX_MASK = zmm(21);
    private static final Vec TOP_AT = zmm(22);
    private static final Vec TOP_MASK = zmm(23);
    private static final Vec FACTORS_AT = zmm(24);
    // Q6_K: which two of 16 scales each 32 weights have.
    private static final int TWO_SCALES = 19;

    private final Assembler a = new Assembler();
    private final QuantType type;

    private SuperRows(QuantType type) {
        this.type = type;
    }

    static byte[] assemble(QuantType type) {
        return new SuperRows(type).routine();
    }

    private record Constant(Vec target, byte[] content) {}

    private byte[] routine() {
        Label constants = a.label();
        Label row = a.label();
        Label loop = a.label();
        Label done = a.label();
        List<Constant> all = type == QuantTypes.Q6_K ? constantsOfSix() : constants();
        Frame frame = Frame.openVectors(a);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(INPUTS, Mem.at(Gp.RDI, X)).lea(Gp.RAX, Mem.at(constants));
        for (int i = 0; i < all.size(); i++) {
            a.emit(VMOVUPS, all.get(i).target, Mem.at(Gp.RAX, 64L * i));
        }
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        a.emit(VPXOR, TOTAL, TOTAL, TOTAL);
        a.mov(BLOCK, WEIGHTS).mov(INPUT, INPUTS).mov(COUNT, Mem.at(Gp.RDI, BLOCKS));
        a.align(32).bind(loop);
        if (type == QuantTypes.Q6_K) {
            six();
        } else {
            fourOrFive();
        }
        // Last, so that products of small factors do not leave the range of floats.
        a.emit(VADDPS, zmm(0), zmm(0), zmm(1));
        a.emit(VFMADD231PS, TOTAL, zmm(0), Mem.at(INPUT, FACTOR_AT));
        a.add(BLOCK, type.blockBytes()).add(INPUT, WideQuantizer.Order.SUPER.unitBytes());
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
        WideQuantizer.fold(a, VADDPS, TOTAL, WORK, PART);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), TOTAL.low());
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).add(RESULTS, Float.BYTES).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        a.alignData(64).bind(constants);
        for (Constant each : all) {
            a.data(each.content);
        }
        return a.finish();
    }

    /**
     * A block's bytes: d, dmin, 4 x (m1 m0 s), .. With bytes {@code b} of the 12: s[j] and m[j] for j < 4 are the low six
     * bits of b[j] and b[4 + j]; for the others the low four bits are those of b[4 + j], s in the lower nibble and m in the
     * upper, and the two above are the top bits of b[j - 4] and b[j].
     */
    private static List<Constant> constants() {
        return List.of(
                new Constant(LOW_NIBBLE, words(i -> 15)),
                new Constant(HIGH_BITS, words(i -> 16)),
                new Constant(SIX_AT, lanes(i -> 4 + (i % 8 < 4 ? i % 8 + i / 8 * 4 : 4 + i % 8))),
                new Constant(SIX_DOWN, lanes(i -> i >= 12 ? 4 : 0)),
                new Constant(SIX_MASK, lanes(i -> i % 8 < 4 ? 63 : 15)),
                new Constant(TOP_AT, lanes(i -> 4 + i % 4 + i / 8 * 4)),
                new Constant(TOP_MASK, lanes(i -> i % 8 < 4 ? 0 : 48)),
                new Constant(FACTORS_AT, words(i -> i < 8 ? 0x0100 : 0x0302)));
    }

    private static List<Constant> constantsOfSix() {
        List<Constant> all = new ArrayList<>(List.of(
                new Constant(LOW_NIBBLE, words(i -> 15)),
                new Constant(HIGH_BITS, words(i -> 48)),
                new Constant(OFFSET, words(i -> 32))));
        for (int group = 0; group < 8; group++) {
            int first = 2 * group;
            all.add(new Constant(zmm(TWO_SCALES + group), lanes(i -> first + i / 8)));
        }
        return all;
    }

    private static byte[] lanes(IntUnaryOperator content) {
        return words(i -> i % 2 == 0 ? content.applyAsInt(i / 2) : 0);
    }

    private static byte[] words(IntUnaryOperator content) {
        byte[] bytes = new byte[64];
        for (int i = 0; i < 32; i++) {
            int word = content.applyAsInt(i);
            bytes[2 * i] = (byte) word;
            bytes[2 * i + 1] = (byte) (word >> 8);
        }
        return bytes;
    }

    private void fourOrFive() {
        boolean five = type == QuantTypes.Q5_K;
        sixBitScales();
        if (five) {
            a.emit(VPMOVZXBW, BITS, Mem.at(BLOCK, 16));
        }
        for (int pair = 0; pair < 4; pair++) {
            a.emit(VPMOVZXBW, CODES, Mem.at(BLOCK, (five ? 48 : 16) + 32L * pair));
            a.emit(VPSRLW, UPPER, CODES, 4);
            a.emit(VPAND, CODES, CODES, LOW_NIBBLE);
            Vec[] halves = {CODES, UPPER};
            for (int half = 0; half < 2; half++) {
                int block = 2 * pair + half;
                if (five) {
                    bitsTo(4, block);
                    a.emit(VPOR, halves[half], halves[half], WORK);
                }
                a.emit(VPMADDWD, PART, halves[half], Mem.at(INPUT, 64L * block));
                a.emit(VCVTDQ2PS, PART, PART);
                a.emit(VBROADCASTSS, WORK, Mem.at(Gp.RDI, SCRATCH + 4L * block));
                a.emit(VFMADD231PS, zmm(half), PART, WORK);
            }
        }
    }

    /** WORK = bits of BITS from {@code from} on, brought to {@code to} and masked. */
    private void bitsTo(int to, int from) {
        if (from < to) {
            a.emit(VPSLLW, WORK, BITS, to - from);
            a.emit(VPAND, WORK, WORK, HIGH_BITS);
        } else if (from > to) {
            a.emit(VPSRLW, WORK, BITS, from - to);
            a.emit(VPAND, WORK, WORK, HIGH_BITS);
        } else {
            a.emit(VPAND, WORK, BITS, HIGH_BITS);
        }
    }

    /** Stores the 8 scales, times their factors, where they can be broadcast from; begins the sum with the part of the minima. */
    private void sixBitScales() {
        a.emit(VMOVUPS, BYTES, Mem.at(BLOCK));
        a.emit(VPERMB, SCALES, SIX_AT, BYTES);
        a.emit(VPSRLVD, SCALES, SCALES, SIX_DOWN);
        a.emit(VPAND, SCALES, SCALES, SIX_MASK);
        a.emit(VPERMB, WORK, TOP_AT, BYTES);
        a.emit(VPSRLD, WORK, WORK, 2);
        a.emit(VPAND, WORK, WORK, TOP_MASK);
        a.emit(VPOR, SCALES, SCALES, WORK);
        a.emit(VCVTDQ2PS, SCALES, SCALES);
        a.emit(VPERMB, WORK, FACTORS_AT, BYTES);
        a.emit(VCVTPH2PS, WORK, ymm(WORK.number()));
        a.emit(VMULPS, SCALES, SCALES, WORK);
        a.emit(VMOVUPS_STORE, Mem.at(Gp.RDI, SCRATCH), SCALES);
        a.emit(VMULPS, zmm(0), SCALES, Mem.at(INPUT, TERMS_AT));
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
    }

    private void six() {
        a.emit(VPMOVSXBD, SCALES, Mem.at(BLOCK, 192));
        a.emit(VPBROADCASTW, ymm(WORK.number()), Mem.at(BLOCK, 208));
        a.emit(VCVTDQ2PS, SCALES, SCALES);
        a.emit(VCVTPH2PS, WORK, ymm(WORK.number()));
        a.emit(VMULPS, SCALES, SCALES, WORK);
        a.emit(VPXOR, zmm(0), zmm(0), zmm(0));
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
        for (int half = 0; half < 2; half++) {
            a.emit(VPMOVZXBW, BITS, Mem.at(BLOCK, 128 + 32L * half));
            for (int part = 0; part < 2; part++) {
                a.emit(VPMOVZXBW, CODES, Mem.at(BLOCK, 64L * half + 32L * part));
                a.emit(VPSRLW, UPPER, CODES, 4);
                a.emit(VPAND, CODES, CODES, LOW_NIBBLE);
                sixGroup(CODES, 4 * half + part, 2 * part);
                sixGroup(UPPER, 4 * half + part + 2, 2 * part + 4);
            }
        }
    }

    /** 32 weights of Q6_K, whose two top bits lie from {@code bit} on. */
    private void sixGroup(Vec codes, int group, int bit) {
        bitsTo(4, bit);
        a.emit(VPOR, codes, codes, WORK);
        a.emit(VPSUBW, codes, codes, OFFSET);
        a.emit(VPMADDWD, codes, codes, Mem.at(INPUT, 64L * group));
        a.emit(VCVTDQ2PS, codes, codes);
        a.emit(VPERMD, PART, zmm(TWO_SCALES + group), SCALES);
        a.emit(VFMADD231PS, zmm(group % 2), codes, PART);
    }
}
