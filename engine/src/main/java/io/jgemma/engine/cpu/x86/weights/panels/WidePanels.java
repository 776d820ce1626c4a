package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.PanelScaling;

/**
 * Two panels of 16 rows of weights, one behind the other, times rows of activations. A panel is
 *
 * <pre>
 * codes  unsigned bytes [columns / 4][16 rows][4]    four neighbouring columns of each row, 64 bytes for 16 rows
 * scales F32 [columns / 32][16 rows]                 HALVES: [columns / 16][16 rows]
 * minima F32 [columns / 32][16 rows]                 MINIMA only
 * </pre>
 * and activations are as {@code PanelQuantizer} leaves them, integers {@code q} of one byte, or of two in planes of bytes:
 *
 * <pre>
 * y[t][o] = sum_b dw[b][o] dx[t][b] (sum_k code[b][k][o] q[t][b][k] + s[t][b])   PLAIN, and HALVES with 16 columns a b
 * y[t][o] = sum_b dw[b][o] dx[t][b]  sum_k code[b][k][o] q[t][b][k] + m[b][o] s[t][b]                        MINIMA
 * </pre>
 * AVX-512 with VNNI.
 *
 * <p>One step takes four columns of a plane: 2 loads of weights and, for each token, one broadcast and two multiply-adds of
 * 64 products. With 6 tokens that is 8 loads for 12 operations, two of which start per cycle, so that the multipliers set
 * the pace. The sums of 6 tokens and 32 rows stay in registers through all columns, and one call takes all tokens. With two planes a
 * block's high bytes come first; their sums are shifted, and the low bytes add to them.
 *
 * <p>Registers: zmm0 to zmm11 integer sums of a block, zmm12 to zmm23 sums, zmm24 and zmm25 weights, then scales, zmm26 to
 * zmm29 broadcasts. RSI and RBX activations of tokens 0 and 3, R8 bytes from token to token, RDX codes, RCX bytes from panel
 * to panel, R9 scales, R14 minima, R10 and R12 dx of tokens 0 and 3, R15 and RBP their s, RAX blocks left, R11 and R13 work.
 */
public final class WidePanels {

    /**
     * The argument block. Addresses: codes, dw, q, dx, y, m, s, of which q, dx, y and s are moved on; bytes from token to token
     * of q, dx and s, and of y; blocks; bytes from panel to panel; how many times so many tokens.
     */
    public static final int CODES = 0;

    public static final int DW = 8;
    public static final int Q = 16;
    public static final int DX = 24;
    public static final int Y = 32;
    public static final int X_BYTES = 40;
    public static final int Y_BYTES = 48;
    public static final int BLOCKS = 56;
    static final int MINIMA = 64;
    public static final int TERMS = 72;
    public static final int PANEL_BYTES = 80;
    public static final int GROUPS = 88;

    /** {@link PanelStart#TOKEN}: address of F32 [tokens]. */
    public static final int BEGIN = 96;

    /** Tokens of one pass through the columns. */
    public static final int TOKENS = 6;

    private static final int STEPS = BlockFormat.SIZE / 4;

    private static final Gp INPUT = Gp.RSI;
    private static final Gp INPUT_3 = Gp.RBX;
    private static final Gp TOKEN = Gp.R8;
    private static final Gp WEIGHTS = Gp.RDX;
    private static final Gp PANEL = Gp.RCX;
    private static final Gp SCALES = Gp.R9;
    private static final Gp FACTOR = Gp.R10;
    private static final Gp FACTOR_3 = Gp.R12;
    private static final Gp MINIMUM = Gp.R14;
    private static final Gp TERM = Gp.R15;
    private static final Gp TERM_3 = Gp.RBP;
    private static final Gp LEFT = Gp.RAX;
    private static final Gp RESULT = Gp.R11;
    private static final Gp STEP = Gp.R13;

    private static final Vec[] WEIGHT = {zmm(24), zmm(25)};

    private final Assembler a = new Assembler();
    private final int tokens;
    private final PanelScaling scaling;
    private final int planes;

    private final PanelStart start;

    private WidePanels(int tokens, PanelScaling scaling, int planes, PanelStart start) {
        this.tokens = tokens;
        this.scaling = scaling;
        this.planes = planes;
        this.start = start;
    }

    /** The routine for so many tokens at a time, and activations of so many bytes. */
    public static byte[] assemble(int tokens, PanelScaling scaling, int planes) {
        return assemble(tokens, scaling, planes, PanelStart.ZERO);
    }

    /** The same, with sums that begin with something else than 0. */
    public static byte[] assemble(int tokens, PanelScaling scaling, int planes, PanelStart start) {
        return new WidePanels(tokens, scaling, planes, start).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(TOKEN, Mem.at(Gp.RDI, X_BYTES)).mov(PANEL, Mem.at(Gp.RDI, PANEL_BYTES));
        a.bind(group);
        begin();
        a.align(64).bind(loop);
        for (int part = 0; part < scaling.parts(); part++) {
            products(part);
            scale(part);
        }
        int input = BlockFormat.SIZE * planes;
        a.add(WEIGHTS, 64 * STEPS).add(INPUT, input).add(INPUT_3, input).add(SCALES, 64 * scaling.parts());
        if (scaling == PanelScaling.MINIMA) {
            a.add(MINIMUM, 64);
        }
        a.add(TERM, 4 * scaling.parts()).add(TERM_3, 4 * scaling.parts());
        a.add(FACTOR, 4).add(FACTOR_3, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        end();
        a.mov(LEFT, Mem.at(Gp.RDI, GROUPS)).sub(LEFT, 1).mov(Mem.at(Gp.RDI, GROUPS), LEFT);
        a.test(LEFT, LEFT).jump(Condition.NOT_EQUAL, group);
        frame.close();
        return a.finish();
    }

    private void begin() {
        a.mov(WEIGHTS, Mem.at(Gp.RDI, CODES)).mov(SCALES, Mem.at(Gp.RDI, DW)).mov(INPUT, Mem.at(Gp.RDI, Q));
        a.mov(FACTOR, Mem.at(Gp.RDI, DX)).mov(TERM, Mem.at(Gp.RDI, TERMS)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.mov(MINIMUM, Mem.at(Gp.RDI, MINIMA)).lea(STEP, Mem.at(TOKEN, TOKEN, 2, 0));
        a.mov(INPUT_3, INPUT).add(INPUT_3, STEP).mov(FACTOR_3, FACTOR).add(FACTOR_3, STEP);
        a.mov(TERM_3, TERM).add(TERM_3, STEP);
        sums();
    }

    private void sums() {
        switch (start) {
            case ZERO -> {
                for (int i = 0; i < 2 * tokens; i++) {
                    a.emit(VPXOR, sum(i), sum(i), sum(i));
                }
            }
            case RESULT -> {
                a.mov(RESULT, Mem.at(Gp.RDI, Y)).mov(STEP, Mem.at(Gp.RDI, Y_BYTES));
                for (int t = 0; t < tokens; t++) {
                    a.emit(VMOVUPS, sum(2 * t), Mem.at(RESULT));
                    a.emit(VMOVUPS, sum(2 * t + 1), Mem.at(RESULT, 64));
                    a.add(RESULT, STEP);
                }
            }
            case TOKEN -> {
                a.mov(RESULT, Mem.at(Gp.RDI, BEGIN));
                for (int t = 0; t < tokens; t++) {
                    a.emit(VBROADCASTSS, sum(2 * t), Mem.at(RESULT, 4L * t));
                    a.emit(VMOVUPS, sum(2 * t + 1), sum(2 * t));
                }
                a.add(RESULT, 4 * tokens).mov(Mem.at(Gp.RDI, BEGIN), RESULT);
            }
        }
    }

    /** The integer sums of a block, or of half of one. */
    private void products(int part) {
        boolean terms = scaling != PanelScaling.MINIMA;
        for (int t = 0; t < tokens; t++) {
            beginProducts(t, part, terms && planes == 1);
        }
        for (int plane = 0; plane < planes; plane++) {
            if (plane == 1) {
                shift(part, terms);
            }
            int steps = STEPS / scaling.parts();
            for (int i = 0; i < steps; i++) {
                step(part * steps + i, BlockFormat.SIZE * plane);
            }
        }
    }

    private void beginProducts(int t, int part, boolean term) {
        if (term) {
            a.emit(VPBROADCASTD, products(t, 0), token(TERM, TERM_3, t).plus(4L * part));
            a.emit(VMOVUPS, products(t, 1), products(t, 0));
        } else {
            a.emit(VPXOR, products(t, 0), products(t, 0), products(t, 0));
            a.emit(VPXOR, products(t, 1), products(t, 1), products(t, 1));
        }
    }

    /** Makes sums of high bytes such of integers. */
    private void shift(int part, boolean terms) {
        for (int t = 0; t < tokens; t++) {
            Vec term = zmm(26 + t % 4);
            if (terms) {
                a.emit(VPBROADCASTD, term, token(TERM, TERM_3, t).plus(4L * part));
            }
            for (int p = 0; p < 2; p++) {
                a.emit(VPSLLD, products(t, p), products(t, p), 8);
                if (terms) {
                    a.emit(VPADDD, products(t, p), products(t, p), term);
                }
            }
        }
    }

    /** Four columns; the activations' plane begins {@code plane} bytes behind the block. */
    private void step(int column, int plane) {
        for (int p = 0; p < 2; p++) {
            a.emit(VMOVUPS, WEIGHT[p], panel(WEIGHTS, p).plus(64L * column));
        }
        for (int t = 0; t < tokens; t++) {
            Vec activation = zmm(26 + t % 4);
            a.emit(VPBROADCASTD, activation, token(INPUT, INPUT_3, t).plus(plane + 4L * column));
            for (int p = 0; p < 2; p++) {
                a.emit(VPDPBUSD, products(t, p), WEIGHT[p], activation);
            }
        }
    }

    private void scale(int part) {
        // The weights of this block are done with.
        for (int p = 0; p < 2; p++) {
            a.emit(VMOVUPS, WEIGHT[p], panel(SCALES, p).plus(64L * part));
        }
        for (int t = 0; t < tokens; t++) {
            Vec factor = zmm(26 + t % 2);
            Vec term = zmm(28 + t % 2);
            a.emit(VBROADCASTSS, factor, token(FACTOR, FACTOR_3, t));
            if (scaling == PanelScaling.MINIMA) {
                a.emit(VBROADCASTSS, term, token(TERM, TERM_3, t));
            }
            for (int p = 0; p < 2; p++) {
                Vec products = products(t, p);
                a.emit(VCVTDQ2PS, products, products);
                a.emit(VMULPS, products, products, WEIGHT[p]);
                a.emit(VFMADD231PS, sum(2 * t + p), products, factor);
                if (scaling == PanelScaling.MINIMA) {
                    a.emit(VFMADD231PS, sum(2 * t + p), term, panel(MINIMUM, p));
                }
            }
        }
    }

    /** Stores the sums and moves on to the next tokens. */
    private void end() {
        a.mov(RESULT, Mem.at(Gp.RDI, Y)).mov(STEP, Mem.at(Gp.RDI, Y_BYTES));
        for (int t = 0; t < tokens; t++) {
            for (int p = 0; p < 2; p++) {
                a.emit(VMOVUPS_STORE, Mem.at(RESULT, 64L * p), sum(2 * t + p));
            }
            a.add(RESULT, STEP);
        }
        a.mov(Mem.at(Gp.RDI, Y), RESULT).mov(STEP, 0);
        for (int t = 0; t < tokens; t++) {
            a.add(STEP, TOKEN);
        }
        for (int place : new int[] {Q, DX, TERMS}) {
            a.mov(RESULT, Mem.at(Gp.RDI, place)).add(RESULT, STEP).mov(Mem.at(Gp.RDI, place), RESULT);
        }
    }

    private static Vec products(int token, int panel) {
        return zmm(2 * token + panel);
    }

    private static Vec sum(int i) {
        return zmm(2 * TOKENS + i);
    }

    private static Mem panel(Gp base, int p) {
        return p == 0 ? Mem.at(base) : Mem.at(base, PANEL, 1, 0);
    }

    /** Where token {@code t} lies, from the places of tokens 0 and 3. */
    private static Mem token(Gp first, Gp fourth, int t) {
        Gp base = t < 3 ? first : fourth;
        return t % 3 == 0 ? Mem.at(base) : Mem.at(base, TOKEN, t % 3, 0);
    }
}
