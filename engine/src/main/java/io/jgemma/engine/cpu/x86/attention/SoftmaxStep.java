package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVD_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.elements.Exponential;

/**
 * A step of the running softmax over rows of scores; see {@link io.jgemma.engine.cpu.kernel.CpuKernels#softmaxStep}. AVX2 with FMA, or AVX-512.
 *
 * <p>Scores are at most the maximum, so e^x ({@link Exponential}) is taken of nothing above 0.
 *
 * <p>Vector registers: 0 maximum, 1 sum, 2 to 5 work, xmm6 sum of the scores behind the last whole register, 7 the factor of what was
 * before. RDI arguments; RBX constants; RSI a score; RCX scores left; R8 scores, R9 sums of values, R10 state of the
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

    private static final Vec REST = xmm(6);

    private final Assembler a = new Assembler();
    private final Width width;
    private final Vec max;
    private final Vec sum;
    private final Vec x;
    private final Vec n;
    private final Vec e;
    private final Vec shrink;
    private final Exponential exponential;

    private SoftmaxStep(Width width) {
        this.width = width;
        max = width.of(0);
        sum = width.of(1);
        x = width.of(2);
        n = width.of(3);
        e = width.of(5);
        shrink = width.of(7);
        exponential = new Exponential(a, Gp.RBX, x, n, width.of(4), e);
    }

    static byte[] assemble(Width width) {
        return new SoftmaxStep(width).routine();
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
        a.emit(VMOVD_STORE, Gp.RAX, max.low());
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

    /** Runs {@code whole} for each register of elements from {@code base}, then {@code one} for each that is left. */
    private void each(Gp base, int count, Runnable whole, Runnable one) {
        Label loop = a.label();
        Label rest = a.label();
        Label last = a.label();
        Label end = a.label();
        a.mov(AT, base).mov(LEFT, Mem.at(ARGS, count)).bind(loop);
        a.cmp(LEFT, width.lanes()).jump(Condition.LESS, rest);
        whole.run();
        a.add(AT, width.bytes()).sub(LEFT, width.lanes()).jump(loop);
        a.bind(rest).test(LEFT, LEFT).jump(Condition.EQUAL, end).bind(last);
        one.run();
        a.add(AT, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, last).bind(end);
    }

    /** max = the largest of the row's scores and of those before, in all lanes; a score that is NaN stays. */
    private void maximum() {
        a.emit(VBROADCASTSS, max, Mem.at(STATES));
        each(SCORES, TOKENS, () -> a.emit(VMAXPS, max, max, Mem.at(AT)), () -> {
            a.emit(VBROADCASTSS, x, Mem.at(AT));
            a.emit(VMAXPS, max, max, x);
        });
        Lanes.fold(a, VMAXPS, max, x, n);
        a.emit(VBROADCASTSS, max, max.low());
    }

    /** e = e^(x - max). */
    private void exp() {
        a.emit(VSUBPS, x, x, max);
        exponential.emit();
    }

    /** Replaces scores by weights; lane 0 of sum becomes their sum. */
    private void weights() {
        a.emit(VPXOR, sum, sum, sum);
        a.emit(VPXOR, REST, REST, REST);
        each(
                SCORES,
                TOKENS,
                () -> {
                    a.emit(VMOVUPS, x, Mem.at(AT));
                    exp();
                    a.emit(VMOVUPS_STORE, Mem.at(AT), e);
                    a.emit(VADDPS, sum, sum, e);
                },
                () -> {
                    a.emit(VBROADCASTSS, x, Mem.at(AT));
                    exp();
                    a.emit(VMOVSS_STORE, Mem.at(AT), e.low());
                    a.emit(VADDSS, REST, REST, e.low());
                });
        Lanes.fold(a, VADDPS, sum, x, n);
        a.emit(VADDSS, sum.low(), sum.low(), REST);
    }

    /** Brings what was before to the new maximum, where there is one, and adds the new weights to the sum. */
    private void shrink() {
        Label same = a.label();
        Label end = a.label();
        a.mov32(Gp.RDX, Mem.at(STATES));
        a.emit(VMOVD_STORE, Gp.RAX, max.low());
        a.cmp(Gp.RAX, Gp.RDX).jump(Condition.EQUAL, same);
        a.emit(VBROADCASTSS, x, Mem.at(STATES));
        exp();
        a.emit(VMOVUPS, shrink, e);
        a.emit(VMULSS, x.low(), shrink.low(), Mem.at(STATES, 4));
        a.emit(VADDSS, sum.low(), sum.low(), x.low());
        a.emit(VMOVSS_STORE, Mem.at(STATES), max.low());
        each(
                SUMS,
                COLUMNS,
                () -> {
                    a.emit(VMULPS, x, shrink, Mem.at(AT));
                    a.emit(VMOVUPS_STORE, Mem.at(AT), x);
                },
                () -> {
                    a.emit(VMULSS, x.low(), shrink.low(), Mem.at(AT));
                    a.emit(VMOVSS_STORE, Mem.at(AT), x.low());
                });
        a.jump(end).bind(same);
        a.emit(VADDSS, sum.low(), sum.low(), Mem.at(STATES, 4));
        a.bind(end);
        a.emit(VMOVSS_STORE, Mem.at(STATES, 4), sum.low());
    }

    /** A row that sees none of these tokens: weights of 0, all else as before. */
    private void zero() {
        a.emit(VPXOR, x, x, x);
        each(
                SCORES,
                TOKENS,
                () -> a.emit(VMOVUPS_STORE, Mem.at(AT), x),
                () -> a.emit(VMOVSS_STORE, Mem.at(AT), x.low()));
    }
}
