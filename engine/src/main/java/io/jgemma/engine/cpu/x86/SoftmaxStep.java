package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVD_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * A step of the running soft-max over rows of scores; see {@link io.jgemma.engine.cpu.CpuKernels#softmaxStep}. AVX-512.
 *
 * <p>Scores are at most the maximum, so e^x ({@link Exponential}) is taken of nothing above 0.
 *
 * <p>Registers: zmm0 maximum, zmm1 sum, zmm2 to zmm5 work, xmm6 sum of the scores behind the last 16, zmm7 the factor of what was before.
 * RDI arguments; RBX constants; RSI a score; RCX scores left; R8 scores, R9 sums of values, R10 state of the
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
    private final Assembler a = new Assembler();
    private final Exponential exponential = new Exponential(a, Gp.RBX, X, N, HALF, E);

    private SoftmaxStep() {}

    static byte[] assemble() {
        return new SoftmaxStep().routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label hidden = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX);
        exponential.load();
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
        exponential.data();
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
        exponential.emit();
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

    /** Brings what was before to the new maximum, where there is one, and adds the new weights to the sum. */
    private void shrink() {
        Label same = a.label();
        Label end = a.label();
        a.mov32(Gp.RDX, Mem.at(STATES));
        a.emit(VMOVD_STORE, Gp.RAX, MAX.low());
        a.cmp(Gp.RAX, Gp.RDX).jump(Condition.EQUAL, same);
        a.emit(VBROADCASTSS, X, Mem.at(STATES));
        exp();
        a.emit(VMOVUPS, SHRINK, E);
        a.emit(VMULSS, X.low(), SHRINK.low(), Mem.at(STATES, 4));
        a.emit(VADDSS, SUM.low(), SUM.low(), X.low());
        a.emit(VMOVSS_STORE, Mem.at(STATES), MAX.low());
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
        a.jump(end).bind(same);
        a.emit(VADDSS, SUM.low(), SUM.low(), Mem.at(STATES, 4));
        a.bind(end);
        a.emit(VMOVSS_STORE, Mem.at(STATES, 4), SUM.low());
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
