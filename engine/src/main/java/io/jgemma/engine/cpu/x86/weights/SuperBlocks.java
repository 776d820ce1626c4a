package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLVD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFF32X4;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Blocks of 256 weights, taken apart: {@link SuperRows} multiplies what comes out, {@code SuperUnpacker} stores it.
 *
 * <pre>
 * Q4_K, Q5_K   w = d s[j] code - dmin m[j]     j = 0 to 7, of 32 weights each, s and m of 6 bits
 * Q6_K         w = d s[j] (code - 32)          j = 0 to 15, of 16 weights each, s a signed byte
 * </pre>
 * AVX-512.
 *
 * <p>Registers: zmm3 scales; zmm4 to zmm6 codes, zmm7 to zmm9 work, of which zmm7 is the sink's; zmm16 to zmm24 constants.
 */
public final class SuperBlocks {

    /** Types whose blocks these are. */
    public static final List<QuantType> TYPES = List.of(QuantTypes.Q4_K, QuantTypes.Q5_K, QuantTypes.Q6_K);

    /** The 16 factors of a block, F32: {@code d s} of each 16 weights, or of each 32 and then {@code dmin m}. */
    public static final Vec SCALES = zmm(3);

    /** Free for the sink. */
    static final Vec WORK = zmm(8);

    /** First register that is free for the sink's constants. */
    public static final int FREE_CONSTANT = 25;

    private static final Vec CODES = zmm(4);
    private static final Vec UPPER = zmm(5);
    private static final Vec BITS = zmm(6);
    private static final Vec BYTES = zmm(9);
    private static final Vec LOW_NIBBLE = zmm(16);
    private static final Vec HIGH_BITS = zmm(17);
    /** Where the upper half of a register wants bits two further up. */
    private static final Vec TWO_DOWN = zmm(18);

    // Q4_K and Q5_K: how 12 bytes become 16 numbers of 6 bits, and where their factors lie.
    private static final Vec SIX_AT = zmm(19);
    private static final Vec SIX_DOWN = zmm(20);
    private static final Vec SIX_MASK = zmm(21);
    private static final Vec TOP_AT = zmm(22);
    private static final Vec TOP_MASK = zmm(23);
    private static final Vec FACTORS_AT = zmm(24);

    /** What becomes of a block's parts. */
    public interface Sink {
        /** Emits what is done once {@link #SCALES} are there. */
        void scales();

        /**
         * Emits what is done with 64 weights as unsigned bytes: {@code 32 group} and following in the lower half, {@code 32
         * next} and following in the upper; {@code codes} may change.
         */
        void codes(int group, int next, Vec codes);
    }

    /** A register's content that lies behind the code: 64 bytes. */
    public record Constant(Vec target, byte[] content) {}

    private final Assembler a;
    private final QuantType type;
    private final Gp block;
    private final List<Constant> constants;
    private final Label data;

    /** Emits for blocks at the address in a register. */
    public SuperBlocks(Assembler assembler, QuantType type, Gp block) {
        a = assembler;
        this.type = type;
        this.block = block;
        constants = new ArrayList<>(type == QuantTypes.Q6_K ? constantsOfSix() : constants());
        data = a.label();
    }

    /** Emits the loading of all constants, the sink's included; RAX changes. */
    public void load(List<Constant> further) {
        constants.addAll(further);
        a.lea(Gp.RAX, Mem.at(data));
        for (int i = 0; i < constants.size(); i++) {
            a.emit(VMOVUPS, constants.get(i).target, Mem.at(Gp.RAX, 64L * i));
        }
    }

    /** Emits the constants' bytes, behind the code. */
    public void data() {
        a.alignData(64).bind(data);
        for (Constant each : constants) {
            a.data(each.content);
        }
    }

    /** Emits one block's way into the sink. */
    public void block(Sink sink) {
        if (type == QuantTypes.Q6_K) {
            six(sink);
        } else {
            fourOrFive(sink);
        }
    }

    /**
     * A block's bytes: d, dmin, 4 x (m1 m0 s), .. With bytes {@code b} of the 12: s[j] and m[j] for j < 4 are the low six
     * bits of b[j] and b[4 + j]; for the others the low four bits are those of b[4 + j], s in the lower nibble and m in the
     * upper, and the two above are the top bits of b[j - 4] and b[j].
     */
    private static List<Constant> constants() {
        return List.of(
                new Constant(LOW_NIBBLE, words(i -> 0x0F0F)),
                new Constant(HIGH_BITS, words(i -> 0x1010)),
                new Constant(TWO_DOWN, lanes(i -> i < 8 ? 0 : 2)),
                new Constant(SIX_AT, lanes(i -> 4 + (i % 8 < 4 ? i % 8 + i / 8 * 4 : 4 + i % 8))),
                new Constant(SIX_DOWN, lanes(i -> i >= 12 ? 4 : 0)),
                new Constant(SIX_MASK, lanes(i -> i % 8 < 4 ? 63 : 15)),
                new Constant(TOP_AT, lanes(i -> 4 + i % 4 + i / 8 * 4)),
                new Constant(TOP_MASK, lanes(i -> i % 8 < 4 ? 0 : 48)),
                new Constant(FACTORS_AT, words(i -> i < 8 ? 0x0100 : 0x0302)));
    }

    private static List<Constant> constantsOfSix() {
        return List.of(
                new Constant(LOW_NIBBLE, words(i -> 0x0F0F)),
                new Constant(HIGH_BITS, words(i -> 0x3030)),
                new Constant(TWO_DOWN, lanes(i -> i < 8 ? 0 : 2)));
    }

    /** 16 lanes of 32 bits. */
    public static byte[] lanes(IntUnaryOperator content) {
        return words(i -> content.applyAsInt(i / 2) >>> (16 * (i % 2)));
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

    private void fourOrFive(Sink sink) {
        boolean five = type == QuantTypes.Q5_K;
        sixBitScales();
        sink.scales();
        if (five) {
            highBits(Mem.at(block, 16));
        }
        for (int half = 0; half < 2; half++) {
            nibbles(Mem.at(block, (five ? 48 : 16) + 64L * half));
            Vec[] codes = {CODES, UPPER};
            for (int i = 0; i < 2; i++) {
                int group = 4 * half + i;
                if (five) {
                    bitsTo(4, group);
                    a.emit(VPOR, codes[i], codes[i], WORK);
                }
                sink.codes(group, group + 2, codes[i]);
            }
        }
    }

    /** Bytes whose bits belong to codes, twice: in the upper half of BITS two bits further down. */
    private void highBits(Mem from) {
        a.emit(VMOVUPS, ymm(BITS.number()), from);
        a.emit(VSHUFF32X4, BITS, BITS, BITS, 0x44);
        a.emit(VPSRLVD, BITS, BITS, TWO_DOWN);
    }

    /** CODES = low nibbles of 64 bytes, UPPER = high ones. */
    private void nibbles(Mem from) {
        a.emit(VMOVUPS, CODES, from);
        a.emit(VPSRLW, UPPER, CODES, 4);
        a.emit(VPAND, CODES, CODES, LOW_NIBBLE);
        a.emit(VPAND, UPPER, UPPER, LOW_NIBBLE);
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

    private void sixBitScales() {
        a.emit(VBROADCASTI128, BYTES, Mem.at(block));
        a.emit(VPSHUFB, SCALES, BYTES, SIX_AT);
        a.emit(VPSRLVD, SCALES, SCALES, SIX_DOWN);
        a.emit(VPAND, SCALES, SCALES, SIX_MASK);
        a.emit(VPSHUFB, WORK, BYTES, TOP_AT);
        a.emit(VPSRLD, WORK, WORK, 2);
        a.emit(VPAND, WORK, WORK, TOP_MASK);
        a.emit(VPOR, SCALES, SCALES, WORK);
        a.emit(VCVTDQ2PS, SCALES, SCALES);
        a.emit(VPSHUFB, WORK, BYTES, FACTORS_AT);
        a.emit(VCVTPH2PS, WORK, ymm(WORK.number()));
        a.emit(VMULPS, SCALES, SCALES, WORK);
    }

    private void six(Sink sink) {
        a.emit(VPMOVSXBD, SCALES, Mem.at(block, SuperCodes.SIX_SCALES));
        a.emit(VPBROADCASTW, ymm(WORK.number()), Mem.at(block, SuperCodes.SIX_D));
        a.emit(VCVTDQ2PS, SCALES, SCALES);
        a.emit(VCVTPH2PS, WORK, ymm(WORK.number()));
        a.emit(VMULPS, SCALES, SCALES, WORK);
        sink.scales();
        for (int half = 0; half < 2; half++) {
            highBits(Mem.at(block, 128 + 32L * half));
            nibbles(Mem.at(block, 64L * half));
            bitsTo(4, 0);
            a.emit(VPOR, CODES, CODES, WORK);
            sink.codes(4 * half, 4 * half + 1, CODES);
            bitsTo(4, 4);
            a.emit(VPOR, UPPER, UPPER, WORK);
            sink.codes(4 * half + 2, 4 * half + 3, UPPER);
        }
    }
}
