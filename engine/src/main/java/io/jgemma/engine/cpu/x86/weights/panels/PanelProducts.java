package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;
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
 * A panel of 16 rows of weights (see {@link PanelPacker}) times 1 to {@link #TOKENS} rows of activations (see
 * {@code RowQuantizer}):
 *
 * <pre>
 * y[t][o] = sum_b dw[b][o] dx[t][b] sum_k code[b][k][o] q[t][b][k]  (+ m[b][o] t[t][b])
 * </pre>
 *
 * {@code b} counts blocks of 32 columns, for scales of halves of 16. One step takes two columns: 2 loads of weights, for each token one broadcast of its two activations, two multiply-adds of
 * pairs and two additions. With 6 tokens that is 8 loads for 24 operations on 192 products, so that the multipliers, two of
 * which take 16 products each per cycle, set the pace. After a block the sums are scaled and added to y, which lies in
 * the first-level cache.
 *
 * <p>Registers: ymm0 to ymm11 sums of 6 tokens x 16 rows, ymm12 and ymm13 weights, ymm14 activations, ymm15 product. RSI
 * and RBX activations of tokens 0 and 3, R8 bytes from token to token, RDX codes, R9 scales, R10 and R12 dx of tokens 0
 * and 3, RCX and R13 results of tokens 0 and 3, R11 bytes between results, R14 minima,
 * R15 and RBP the t of tokens 0 and 3, RAX blocks left.
 */
public final class PanelProducts {

    /** The argument block. Addresses: codes, dw, q, dx, y, m, t; bytes from token to token of q, dx and t, and of y; blocks. */
    static final int CODES = 0;

    static final int DW = 8;
    static final int Q = 16;
    static final int DX = 24;
    static final int Y = 32;
    static final int X_BYTES = 40;
    static final int Y_BYTES = 48;
    static final int BLOCKS = 56;
    static final int MINIMA = 64;
    static final int T = 72;

    /** Most tokens of one call. */
    public static final int TOKENS = 6;

    /** Rows of a panel. */
    static final int ROWS = 16;

    private static final int PAIRS = BlockFormat.SIZE / 2;
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
    private final int tokens;
    private final PanelScaling scaling;
    private final boolean minimum;
    private final Isa isa;

    private PanelProducts(int tokens, PanelScaling scaling, Isa isa) {
        this.tokens = tokens;
        this.scaling = scaling;
        minimum = scaling == PanelScaling.MINIMA;
        this.isa = isa;
    }

    /** The routine for so many tokens. */
    static byte[] assemble(int tokens, PanelScaling scaling, Isa isa) {
        return new PanelProducts(tokens, scaling, isa).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, CODES)).mov(SCALES, Mem.at(Gp.RDI, DW)).mov(INPUT, Mem.at(Gp.RDI, Q));
        a.mov(FACTOR, Mem.at(Gp.RDI, DX)).mov(RESULT, Mem.at(Gp.RDI, Y)).mov(TOKEN, Mem.at(Gp.RDI, X_BYTES));
        a.mov(RESULT_STEP, Mem.at(Gp.RDI, Y_BYTES)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        if (minimum) {
            a.mov(MINIMUM, Mem.at(Gp.RDI, MINIMA)).mov(TERM, Mem.at(Gp.RDI, T));
            third(TERM_3, TERM, TOKEN);
        }
        third(INPUT_3, INPUT, TOKEN);
        third(FACTOR_3, FACTOR, TOKEN);
        third(RESULT_3, RESULT, RESULT_STEP);
        a.emit(VXORPS, PRODUCT, PRODUCT, PRODUCT);
        for (int t = 0; t < tokens; t++) {
            a.emit(VMOVUPS_STORE, token(RESULT, RESULT_3, RESULT_STEP, t), PRODUCT);
            a.emit(VMOVUPS_STORE, token(RESULT, RESULT_3, RESULT_STEP, t).plus(32), PRODUCT);
        }
        a.align(32).bind(loop);
        int pairs = PAIRS / scaling.parts();
        for (int part = 0; part < scaling.parts(); part++) {
            for (int pair = 0; pair < pairs; pair++) {
                step(part * pairs + pair, pair == 0);
            }
            for (int t = 0; t < tokens; t++) {
                scale(t, part);
            }
        }
        a.add(WEIGHTS, LINE * PAIRS).add(INPUT, 4 * PAIRS).add(INPUT_3, 4 * PAIRS);
        a.add(SCALES, LINE * scaling.parts());
        if (minimum) {
            a.add(MINIMUM, LINE).add(TERM, 4).add(TERM_3, 4);
        }
        a.add(FACTOR, 4).add(FACTOR_3, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        return a.finish();
    }

    private void third(Gp target, Gp base, Gp step) {
        a.lea(target, Mem.at(step, step, 2, 0)).add(target, base);
    }

    private void step(int pair, boolean first) {
        for (int v = 0; v < 2; v++) {
            a.emit(VMOVUPS, WEIGHT[v], Mem.at(WEIGHTS, 64L * pair + 32L * v));
        }
        for (int t = 0; t < tokens; t++) {
            a.emit(VPBROADCASTD, ACTIVATION, token(INPUT, INPUT_3, TOKEN, t).plus(4L * pair));
            for (int v = 0; v < 2; v++) {
                Vec sum = ymm(2 * t + v);
                if (first) {
                    a.emit(VPMADDWD, sum, WEIGHT[v], ACTIVATION);
                } else {
                    isa.addProducts(a, sum, WEIGHT[v], ACTIVATION, PRODUCT);
                }
            }
        }
    }

    private void scale(int t, int part) {
        a.emit(VBROADCASTSS, ACTIVATION, token(FACTOR, FACTOR_3, TOKEN, t));
        // The weights of this block are done with.
        Vec term = WEIGHT[0];
        if (minimum) {
            a.emit(VBROADCASTSS, term, token(TERM, TERM_3, TOKEN, t));
        }
        for (int v = 0; v < 2; v++) {
            Vec sum = ymm(2 * t + v);
            Mem result = token(RESULT, RESULT_3, RESULT_STEP, t).plus(32L * v);
            a.emit(VCVTDQ2PS, sum, sum);
            a.emit(VMOVUPS, PRODUCT, result);
            a.emit(VMULPS, sum, sum, Mem.at(SCALES, 32L * v + (long) LINE * part));
            a.emit(VFMADD231PS, PRODUCT, sum, ACTIVATION);
            if (minimum) {
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
