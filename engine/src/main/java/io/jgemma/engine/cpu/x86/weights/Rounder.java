package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VDIVSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMINPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMAXSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVDB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSUBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Rm;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Emits the rounding of activations to integers of 16 bits in two planes of bytes ({@link PlaneOrder}), or of 8 bits. AVX-512
 * with VNNI.
 *
 * <pre>
 * i = min(most / max |x|, 2^127)     q[k] = round(x[k] i)     d = 1 / i
 * </pre>
 * With two planes the largest {@code q} is 127 * 256 + 127, so that its high byte is signed too; with one it is 127. A value
 * that is not finite makes {@code d} NaN, and with it the whole result.
 *
 * <p>Registers: zmm0 and zmm1 values, zmm2 to zmm7 and zmm18 work, xmm10 to zmm17 constants.
 */
public final class Rounder {

    /** {@code d} in lane 0, NaN where a value is not finite. */
    public static final Vec FACTOR = zmm(3);

    /** The integers' sum over neighbours of 16, once rounded. */
    static final Vec SUM = zmm(6);

    static final Vec ZERO = zmm(11);

    /** {@code i} in all lanes. */
    public static final Vec SCALE = zmm(5);

    private static final Vec LARGEST = zmm(2);
    private static final Vec WORK = zmm(4);
    private static final Vec OTHER = zmm(7);
    private static final Vec ONE = xmm(10);
    private static final Vec MAGNITUDE = zmm(12);
    private static final Vec CARRY = zmm(13);

    private static final Vec MOST = xmm(14);
    private static final Vec LIMIT = xmm(15);
    // Registers above 15, so that narrow products are encoded as EVEX, which VNNI without AVX-VNNI needs.
    private static final int OFFSETS = 17;
    private static final int LANES = 18;

    private final Assembler a;
    private final int offset;
    private final int planes;
    private final Label constants;

    /** Emits for planes of 16 bits from whose sums {@link #less} takes an offset. */
    public Rounder(Assembler a, int offset) {
        this(a, offset, 2);
    }

    /** Emits for one plane of 8 bits or two of 16. */
    public Rounder(Assembler a, int offset, int planes) {
        this.a = a;
        this.offset = offset;
        this.planes = planes;
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    public void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, MAGNITUDE, Mem.at(Gp.RAX));
        a.emit(VMOVSS_LOAD, MOST, Mem.at(Gp.RAX, 4));
        a.emit(VMOVSS_LOAD, LIMIT, Mem.at(Gp.RAX, 8));
        a.emit(VMOVSS_LOAD, ONE, Mem.at(Gp.RAX, 12));
        a.emit(VPBROADCASTD, CARRY, Mem.at(Gp.RAX, 16));
        a.emit(VPBROADCASTD, zmm(OFFSETS), Mem.at(Gp.RAX, 20));
        a.emit(VPXOR, ZERO, ZERO, ZERO);
    }

    /** The constants' bytes, behind the code. */
    public void data() {
        a.alignData(4).bind(constants);
        a.word(Integer.MAX_VALUE);
        a.word(Float.floatToRawIntBits(planes == 2 ? 127 * 256 + 127 : 127));
        a.word(Float.floatToRawIntBits(0x1p127f));
        a.word(Float.floatToRawIntBits(1));
        a.word(128);
        a.word(offset * 0x01010101);
    }

    /** Finds the scale of 16 values a register from {@code from} on. */
    public void scale(Gp from, int registers) {
        begin();
        for (int i = 0; i < registers; i++) {
            see(Mem.at(from, 64L * i));
        }
        scale();
    }

    /** Begins to look for a scale. */
    public void begin() {
        a.emit(VPXOR, LARGEST, LARGEST, LARGEST);
    }

    /** Looks at 16 values, in a register or in memory, that are to have the scale. Floats without a sign are ordered as integers are, with what is no number above all. */
    public void see(Rm values) {
        a.emit(VPAND, WORK, MAGNITUDE, values);
        a.emit(VPMAXSD, LARGEST, LARGEST, WORK);
    }

    /** Finds the scale of what was seen. */
    public void scale() {
        fold(VPMAXSD, LARGEST);
        a.emit(VMULSS, FACTOR.low(), LARGEST.low(), ZERO.low());
        a.emit(VDIVSS, WORK.low(), MOST, LARGEST.low());
        a.emit(VMINPS, WORK.low(), WORK.low(), LIMIT);
        a.emit(VDIVSS, SUM.low(), ONE, WORK.low());
        a.emit(VADDSS, FACTOR.low(), FACTOR.low(), SUM.low());
        a.emit(VBROADCASTSS, SCALE, WORK.low());
    }

    /** 32 values as integers in zmm0 and zmm1, their sum in the lanes of SUM. */
    void round(Mem from) {
        for (int i = 0; i < 2; i++) {
            a.emit(VMULPS, zmm(i), SCALE, from.plus(64L * i));
            a.emit(VCVTPS2DQ, zmm(i), zmm(i));
        }
        a.emit(VPADDD, SUM, zmm(0), zmm(1));
    }

    /** Stores 16 integers as two planes of bytes; {@code q} changes. */
    void store(Vec q, Mem high, Mem low) {
        a.emit(VPMOVDB, low, q);
        a.emit(VPADDD, q, q, CARRY);
        a.emit(VPSRAD, q, q, 8);
        a.emit(VPMOVDB, high, q);
    }

    /** Stores what the offset takes from each lane, of {@code bits} in the planes at some places. */
    void less(Mem to, int bits, Mem[] high, Mem[] low) {
        Vec lanes = new Vec(LANES, bits);
        Vec offsets = new Vec(OFFSETS, bits);
        a.emit(VPXOR, lanes, lanes, lanes);
        for (Mem each : high) {
            a.emit(VPDPBUSD, lanes, offsets, each);
        }
        a.emit(VPSLLD, lanes, lanes, 8);
        for (Mem each : low) {
            a.emit(VPDPBUSD, lanes, offsets, each);
        }
        a.emit(VPSUBD, lanes, new Vec(ZERO.number(), bits), lanes);
        a.emit(Op.VMOVUPS_STORE, to, lanes);
    }

    /** Combines the 16 lanes of a register in its lane 0. */
    void fold(Op op, Vec v) {
        Lanes.fold(a, op, v, WORK, OTHER);
    }
}
