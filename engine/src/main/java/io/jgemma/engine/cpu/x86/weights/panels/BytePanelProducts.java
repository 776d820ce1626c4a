package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDUBSW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;

/**
 * A panel of 16 rows of weights in bytes times 1 to {@link PanelProducts#TOKENS} rows of activations in bytes, on registers of 256 bits; arguments are those
 * of {@link PanelProducts}, where {@code t} is a term for every scaling:
 *
 * <pre>
 * codes bytes [columns / 4][16 rows][4]     unsigned
 * y[t][o] = sum_b dw[b][o] dx[t][b] (s[t][b] + sum_k code[b][k][o] q[t][b][k])      s integers, the offset times the sum of q
 * y[t][o] = sum_b dw[b][o] dx[t][b] sum_k code[b][k][o] q[t][b][k] + m[b][o] t[t][b]    with minima
 * </pre>
 *
 * One step takes four columns: 2 loads of weights, for each token a broadcast of its four activations, two multiplications and two additions, or two {@code
 * vpdpbusd}: 64 products a token, half the operations of words. Without {@code vpdpbusd} sums are 16 bits wide over so many steps as surely fit, then are
 * scaled.
 *
 * <p>Registers: as in {@link PanelProducts}.
 */
final class BytePanelProducts {

    private static final int STEPS = BlockFormat.SIZE / 4;
    private static final int LINE = 64;

    private static final Gp INPUT = Gp.RSI;
    private static final Gp INPUT_3 = Gp.RBX;
    private static final Gp TOKEN = Gp.R8;
    private static final Gp WEIGHTS = Gp.RDX;
    private static final Gp SCALES = Gp.R9;
    private static final Gp FACTOR = Gp.R10;
    private static final Gp FACTOR_3 = Gp.R12;
    private static final Gp MINIMUM = Gp.R14;
    private static final Gp TERM = Gp.R15;
    private static final Gp TERM_3 = Gp.RBP;
    private static final Gp RESULT = Gp.RCX;
    private static final Gp RESULT_3 = Gp.R13;
    private static final Gp RESULT_STEP = Gp.R11;
    private static final Gp LEFT = Gp.RAX;

    private static final Vec[] WEIGHT = {ymm(12), ymm(13)};
    private static final Vec ACTIVATION = ymm(14);
    private static final Vec PRODUCT = ymm(15);

    private final Assembler a = new Assembler();
    private final Label ones = a.label();
    private final int tokens;
    private final PanelScaling scaling;
    private final boolean minimum;
    private final Isa isa;
    private final int most;

    private BytePanelProducts(int tokens, PanelScaling scaling, Isa isa, int most) {
        this.tokens = tokens;
        this.scaling = scaling;
        this.isa = isa;
        this.most = most;
        minimum = scaling == PanelScaling.MINIMA;
    }

    /** The routine for so many tokens; {@code most} steps fit into sums of 16 bits, where these are used. */
    static byte[] assemble(int tokens, PanelScaling scaling, Isa isa, int most) {
        return new BytePanelProducts(tokens, scaling, isa, most).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, PanelProducts.CODES)).mov(SCALES, Mem.at(Gp.RDI, PanelProducts.DW));
        a.mov(INPUT, Mem.at(Gp.RDI, PanelProducts.Q)).mov(FACTOR, Mem.at(Gp.RDI, PanelProducts.DX));
        a.mov(RESULT, Mem.at(Gp.RDI, PanelProducts.Y)).mov(TOKEN, Mem.at(Gp.RDI, PanelProducts.X_BYTES));
        a.mov(RESULT_STEP, Mem.at(Gp.RDI, PanelProducts.Y_BYTES)).mov(LEFT, Mem.at(Gp.RDI, PanelProducts.BLOCKS));
        a.mov(MINIMUM, Mem.at(Gp.RDI, PanelProducts.MINIMA)).mov(TERM, Mem.at(Gp.RDI, PanelProducts.T));
        third(TERM_3, TERM, TOKEN);
        third(INPUT_3, INPUT, TOKEN);
        third(FACTOR_3, FACTOR, TOKEN);
        third(RESULT_3, RESULT, RESULT_STEP);
        a.emit(VXORPS, PRODUCT, PRODUCT, PRODUCT);
        for (int t = 0; t < tokens; t++) {
            a.emit(VMOVUPS_STORE, token(RESULT, RESULT_3, RESULT_STEP, t), PRODUCT);
            a.emit(VMOVUPS_STORE, token(RESULT, RESULT_3, RESULT_STEP, t).plus(32), PRODUCT);
        }
        a.align(32).bind(loop);
        for (int part = 0; part < scaling.parts(); part++) {
            part(part);
        }
        a.add(WEIGHTS, LINE * STEPS).add(INPUT, BlockFormat.SIZE).add(INPUT_3, BlockFormat.SIZE);
        a.add(SCALES, LINE * scaling.parts()).add(MINIMUM, LINE);
        a.add(TERM, 4 * scaling.parts()).add(TERM_3, 4 * scaling.parts());
        a.add(FACTOR, 4).add(FACTOR_3, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        a.alignData(32).bind(ones);
        for (int i = 0; i < 8; i++) {
            a.word(0x00010001);
        }
        return a.finish();
    }

    private void third(Gp target, Gp base, Gp step) {
        a.lea(target, Mem.at(step, step, 2, 0)).add(target, base);
    }

    /** Columns with one factor, as many together as sums may hold. */
    private void part(int part) {
        int steps = STEPS / scaling.parts();
        int together = isa.hasByteProducts() ? steps : Math.min(most, steps);
        for (int first = 0; first < steps; first += together) {
            for (int i = first; i < first + together; i++) {
                step(part * steps + i, i == first);
            }
            for (int t = 0; t < tokens; t++) {
                scale(t, part, first == 0);
            }
        }
    }

    private void step(int step, boolean first) {
        for (int v = 0; v < 2; v++) {
            a.emit(VMOVUPS, WEIGHT[v], Mem.at(WEIGHTS, (long) LINE * step + 32L * v));
        }
        for (int t = 0; t < tokens; t++) {
            a.emit(VPBROADCASTD, ACTIVATION, token(INPUT, INPUT_3, TOKEN, t).plus(4L * step));
            for (int v = 0; v < 2; v++) {
                multiply(ymm(2 * t + v), WEIGHT[v], first);
            }
        }
    }

    private void multiply(Vec sum, Vec weights, boolean first) {
        if (isa.hasByteProducts()) {
            if (first) {
                a.emit(VPXOR, sum, sum, sum);
            }
            isa.addByteProducts(a, sum, weights, ACTIVATION);
        } else if (first) {
            a.emit(VPMADDUBSW, sum, weights, ACTIVATION);
        } else {
            a.emit(VPMADDUBSW, PRODUCT, weights, ACTIVATION);
            a.emit(VPADDW, sum, sum, PRODUCT);
        }
    }

    private void scale(int t, int part, boolean withTerm) {
        a.emit(VBROADCASTSS, ACTIVATION, token(FACTOR, FACTOR_3, TOKEN, t));
        // The weights of these steps are done with.
        Vec term = WEIGHT[0];
        if (withTerm) {
            a.emit(VPBROADCASTD, term, token(TERM, TERM_3, TOKEN, t).plus(4L * part));
        }
        for (int v = 0; v < 2; v++) {
            Vec sum = ymm(2 * t + v);
            Mem result = token(RESULT, RESULT_3, RESULT_STEP, t).plus(32L * v);
            if (!isa.hasByteProducts()) {
                a.emit(VPMADDWD, sum, sum, Mem.at(ones));
            }
            if (withTerm && !minimum) {
                a.emit(VPADDD, sum, sum, term);
            }
            a.emit(VCVTDQ2PS, sum, sum);
            a.emit(VMOVUPS, PRODUCT, result);
            a.emit(VMULPS, sum, sum, Mem.at(SCALES, 32L * v + (long) LINE * part));
            a.emit(VFMADD231PS, PRODUCT, sum, ACTIVATION);
            if (withTerm && minimum) {
                a.emit(VFMADD231PS, PRODUCT, term, Mem.at(MINIMUM, 32L * v));
            }
            a.emit(VMOVUPS_STORE, result, PRODUCT);
        }
    }

    /** Where token {@code t} lies, from the places of tokens 0 and 3. */
    private static Mem token(Gp first, Gp fourth, Gp step, int t) {
        Gp base = t < 3 ? first : fourth;
        return t % 3 == 0 ? Mem.at(base) : Mem.at(base, step, t % 3, 0);
    }
}
