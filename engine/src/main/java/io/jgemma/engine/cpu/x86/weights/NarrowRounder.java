package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VANDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VDIVSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMINPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Emits the rounding of 32 activations to integers with one scale, on registers of 256 bits:
 *
 * <pre>
 * i = min(most / max |x|, 2^127)     q[k] = round(x[k] i)     d = 1 / i
 * </pre>
 * The bound on {@code i} keeps {@code d} a number where all 32 are nearly zero. A value that is not finite makes {@code d} NaN, and with it the whole result.
 *
 * <p>Registers: ymm0 to ymm3 the 32 values, ymm4 their largest magnitude, ymm5 d in lane 0, ymm6 to ymm8 work, xmm10 = 1, ymm11 = 0, ymm12 mask of
 * magnitudes, xmm14 = most, xmm15 = 2^127.
 */
final class NarrowRounder {

    /** {@code d} in lane 0, NaN where a value is not finite. */
    static final Vec FACTOR = ymm(5);

    static final Vec WORK = ymm(6);
    static final Vec SUM = ymm(8);

    private static final Vec LARGEST = ymm(4);
    private static final Vec OTHER = ymm(7);
    private static final Vec ONE = xmm(10);
    private static final Vec ZERO = ymm(11);
    private static final Vec MAGNITUDE = ymm(12);
    private static final Vec MOST = xmm(14);
    private static final Vec LIMIT = xmm(15);

    private final Assembler a;
    private final int most;
    private final Label constants;

    /** With the largest magnitude of an integer. */
    NarrowRounder(Assembler a, int most) {
        this.a = a;
        this.most = most;
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, MAGNITUDE, Mem.at(Gp.RAX));
        a.emit(VMOVSS_LOAD, MOST, Mem.at(Gp.RAX, 4));
        a.emit(VMOVSS_LOAD, LIMIT, Mem.at(Gp.RAX, 8));
        a.emit(VMOVSS_LOAD, ONE, Mem.at(Gp.RAX, 12));
        a.emit(VXORPS, ZERO, ZERO, ZERO);
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(4).bind(constants);
        a.word(Integer.MAX_VALUE);
        a.word(Float.floatToRawIntBits(most));
        a.word(Float.floatToRawIntBits(0x1p127f));
        a.word(Float.floatToRawIntBits(1));
    }

    /** Loads 32 values and finds their scale: {@code i} in all lanes of WORK, {@code d} in lane 0 of FACTOR. */
    void scale(Mem from) {
        a.emit(VXORPS, FACTOR, FACTOR, FACTOR);
        a.emit(VXORPS, LARGEST, LARGEST, LARGEST);
        for (int i = 0; i < 4; i++) {
            a.emit(VMOVUPS, ymm(i), from.plus(32L * i));
            a.emit(VFMADD231PS, FACTOR, ymm(i), ZERO);
            a.emit(VANDPS, WORK, ymm(i), MAGNITUDE);
            a.emit(VMAXPS, LARGEST, LARGEST, WORK);
        }
        Lanes.fold(a, VMAXPS, LARGEST, WORK, WORK);
        Lanes.fold(a, VADDPS, FACTOR, WORK, WORK);
        a.emit(VDIVSS, WORK.low(), MOST, LARGEST.low());
        a.emit(VMINPS, WORK.low(), WORK.low(), LIMIT);
        a.emit(VDIVSS, OTHER.low(), ONE, WORK.low());
        a.emit(VADDSS, FACTOR.low(), FACTOR.low(), OTHER.low());
        a.emit(VBROADCASTSS, WORK, WORK.low());
    }

    /** The values as integers, 8 a register. */
    void round() {
        for (int i = 0; i < 4; i++) {
            a.emit(VMULPS, ymm(i), ymm(i), WORK);
            a.emit(VCVTPS2DQ, ymm(i), ymm(i));
        }
    }
}
