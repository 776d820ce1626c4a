package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVD_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.Op.VPSRAD;
import static io.jgemma.engine.cpu.x86.Op.VPSUBD;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * A step of the running soft-max over rows of scores; see {@link io.jgemma.engine.cpu.CpuKernels#softmaxStep}. AVX-512.
 *
 * <pre>
 * e^x = 2^n e^r     n = round(x / ln 2)     r = x - n ln 2, at most 0.35     e^r by its series to r^7
 * </pre>
 * x is at most 0; below -105 the result is 0. {@code 2^n} is applied in two halves, so that small results round like any
 * float. About 22 instructions for 16 scores.
 *
 * <p>Registers: zmm0 maximum, zmm1 sum, zmm2 to zmm5 work, xmm6 sum of the scores behind the last 16, zmm7 the factor of what was before,
 * zmm16 and following constants. RDI arguments; RSI a score; RCX scores left; R8 scores, R9 sums of values, R10 state of the
 * row; R11 rows left.
 */
final class SoftmaxStep {

    // The argument block, in bytes: addresses, distances, counts.
    static final int S = 0;
    static final int O = 8;
    static final int STATE = 16;
    static final int S_BYTES = 24;
    static final int O_BYTES = 32;
    static final int STATE_BYTES = 40;
    static final int TOKENS = 48;
    static final int COLUMNS = 56;
    static final int ROWS = 64;

    private static final Gp ARGS = Gp.RDI;
    private static final Gp AT = Gp.RSI;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp SCORES = Gp.R8;
    private static final Gp SUMS = Gp.R9;
    private static final Gp STATES = Gp.R10;
    private static final Gp ROWS_LEFT = Gp.R11;

    private static final Vec MAX = zmm(0);
    private static final Vec SUM = zmm(1);
    private static final Vec X = zmm(2);
    private static final Vec N = zmm(3);
    private static final Vec HALF = zmm(4);
    private static final Vec E = zmm(5);
    private static final Vec REST = xmm(6);
    private static final Vec SHRINK = zmm(7);
    private static final Vec LEAST = zmm(16);
    private static final Vec PER_LN2 = zmm(17);
    private static final Vec LN2 = zmm(18);
    private static final Vec LN2_REST = zmm(19);
    private static final Vec ONE = zmm(20);
    /** 1 / k! for k = 7 down to 2. */
    private static final int SERIES = 21;

    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float[] CONSTANTS = {
        -105,
        (float) (1 / Math.log(2)),
        LN2_HIGH,
        (float) (Math.log(2) - LN2_HIGH),
        1,
        1 / 5040f,
        1 / 720f,
        1 / 120f,
        1 / 24f,
        1 / 6f,
        1 / 2f
    };

    private final Assembler a = new Assembler();

    private SoftmaxStep() {}

    static byte[] assemble() {
        return new SoftmaxStep().routine();
    }

    private byte[] routine() {
        Label constants = a.label();
        Label row = a.label();
        Label hidden = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a);
        a.lea(Gp.RAX, Mem.at(constants));
        for (int i = 0; i < CONSTANTS.length; i++) {
            a.emit(VBROADCASTSS, zmm(16 + i), Mem.at(Gp.RAX, 4L * i));
        }
        a.mov(SCORES, Mem.at(ARGS, S)).mov(SUMS, Mem.at(ARGS, O)).mov(STATES, Mem.at(ARGS, STATE));
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS));
        a.bind(row);
        maximum();
        a.emit(VMOVD_STORE, Gp.RAX, MAX.low());
        a.mov(Gp.RDX, Float.floatToRawIntBits(Float.NEGATIVE_INFINITY) & 0xFFFF_FFFFL);
        a.cmp(Gp.RAX, Gp.RDX).jump(Condition.EQUAL, hidden);
        weights();
        shrink();
        a.jump(done).bind(hidden);
        zero();
        a.bind(done).add(SCORES, Mem.at(ARGS, S_BYTES)).add(SUMS, Mem.at(ARGS, O_BYTES));
        a.add(STATES, Mem.at(ARGS, STATE_BYTES)).sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        a.alignData(4).bind(constants);
        for (float constant : CONSTANTS) {
            int bits = Float.floatToRawIntBits(constant);
            a.data((byte) bits, (byte) (bits >>> 8), (byte) (bits >>> 16), (byte) (bits >>> 24));
        }
        return a.finish();
    }

    /** Runs {@code sixteen} for each 16 elements from {@code base}, then {@code one} for each that is left. */
    private void each(Gp base, int count, Runnable sixteen, Runnable one) {
        Label loop = a.label();
        Label rest = a.label();
        Label last = a.label();
        Label end = a.label();
        a.mov(AT, base).mov(LEFT, Mem.at(ARGS, count)).bind(loop);
        a.cmp(LEFT, 16).jump(Condition.LESS, rest);
        sixteen.run();
        a.add(AT, 64).sub(LEFT, 16).jump(loop);
        a.bind(rest).test(LEFT, LEFT).jump(Condition.EQUAL, end).bind(last);
        one.run();
        a.add(AT, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, last).bind(end);
    }

    /** MAX = the largest of the row's scores and of those before, in all lanes; a score that is NaN stays. */
    private void maximum() {
        a.emit(VBROADCASTSS, MAX, Mem.at(STATES));
        each(SCORES, TOKENS, () -> a.emit(VMAXPS, MAX, MAX, Mem.at(AT)), () -> {
            a.emit(VBROADCASTSS, X, Mem.at(AT));
            a.emit(VMAXPS, MAX, MAX, X);
        });
        fold(VMAXPS, MAX);
        a.emit(VBROADCASTSS, MAX, MAX.low());
    }

    /** Combines the lanes of a register in its lane 0. */
    private void fold(Op op, Vec v) {
        a.emit(VEXTRACTI128, X.low(), v, 1);
        a.emit(VEXTRACTI128, N.low(), v, 2);
        a.emit(VEXTRACTI128, HALF.low(), v, 3);
        a.emit(op, v.low(), v.low(), X.low());
        a.emit(op, N.low(), N.low(), HALF.low());
        a.emit(op, v.low(), v.low(), N.low());
        a.emit(VPSHUFD, X.low(), v.low(), 0b1110);
        a.emit(op, v.low(), v.low(), X.low());
        a.emit(VPSHUFD, X.low(), v.low(), 0b0001);
        a.emit(op, v.low(), v.low(), X.low());
    }

    /** E = e^(X - MAX). */
    private void exp() {
        a.emit(VSUBPS, X, X, MAX);
        a.emit(VMAXPS, X, LEAST, X);
        a.emit(VMULPS, N, X, PER_LN2);
        a.emit(VCVTPS2DQ, N, N);
        a.emit(VCVTDQ2PS, HALF, N);
        a.emit(VFNMADD231PS, X, HALF, LN2);
        a.emit(VFNMADD231PS, X, HALF, LN2_REST);
        a.emit(VMOVUPS, E, zmm(SERIES));
        for (int i = 1; i < 6; i++) {
            a.emit(VFMADD213PS, E, X, zmm(SERIES + i));
        }
        a.emit(VFMADD213PS, E, X, ONE);
        a.emit(VFMADD213PS, E, X, ONE);
        a.emit(VPSRAD, HALF, N, 1);
        a.emit(VPSUBD, N, N, HALF);
        power(HALF);
        power(N);
        a.emit(VMULPS, E, E, HALF);
        a.emit(VMULPS, E, E, N);
    }

    /** Small integers n become the floats 2^n. */
    private void power(Vec n) {
        a.emit(VPSLLD, n, n, 23);
        a.emit(VPADDD, n, n, ONE);
    }

    /** Replaces scores by weights; lane 0 of SUM becomes their sum. */
    private void weights() {
        a.emit(VPXOR, SUM, SUM, SUM);
        a.emit(VPXOR, REST, REST, REST);
        each(
                SCORES,
                TOKENS,
                () -> {
                    a.emit(VMOVUPS, X, Mem.at(AT));
                    exp();
                    a.emit(VMOVUPS_STORE, Mem.at(AT), E);
                    a.emit(VADDPS, SUM, SUM, E);
                },
                () -> {
                    a.emit(VBROADCASTSS, X, Mem.at(AT));
                    exp();
                    a.emit(VMOVSS_STORE, Mem.at(AT), E.low());
                    a.emit(VADDSS, REST, REST, E.low());
                });
        fold(VADDPS, SUM);
        a.emit(VADDSS, SUM.low(), SUM.low(), REST);
    }

    /** Brings what was before to the new maximum, and adds the new weights to the sum. */
    private void shrink() {
        Label same = a.label();
        a.emit(VBROADCASTSS, X, Mem.at(STATES));
        exp();
        a.emit(VMOVUPS, SHRINK, E);
        a.emit(VMULSS, X.low(), SHRINK.low(), Mem.at(STATES, 4));
        a.emit(VADDSS, SUM.low(), SUM.low(), X.low());
        a.emit(VMOVSS_STORE, Mem.at(STATES, 4), SUM.low());
        a.mov32(Gp.RDX, Mem.at(STATES));
        a.emit(VMOVD_STORE, Gp.RAX, MAX.low());
        a.emit(VMOVSS_STORE, Mem.at(STATES), MAX.low());
        a.cmp(Gp.RAX, Gp.RDX).jump(Condition.EQUAL, same);
        each(
                SUMS,
                COLUMNS,
                () -> {
                    a.emit(VMULPS, X, SHRINK, Mem.at(AT));
                    a.emit(VMOVUPS_STORE, Mem.at(AT), X);
                },
                () -> {
                    a.emit(VMULSS, X.low(), SHRINK.low(), Mem.at(AT));
                    a.emit(VMOVSS_STORE, Mem.at(AT), X.low());
                });
        a.bind(same);
    }

    /** A row that sees none of these tokens: weights of 0, all else as before. */
    private void zero() {
        a.emit(VPXOR, X, X, X);
        each(
                SCORES,
                TOKENS,
                () -> a.emit(VMOVUPS_STORE, Mem.at(AT), X),
                () -> a.emit(VMOVSS_STORE, Mem.at(AT), X.low()));
    }
}
