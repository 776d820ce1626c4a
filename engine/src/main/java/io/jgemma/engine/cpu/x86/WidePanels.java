package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.Op.VPDPWSSD;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * Two panels of weights, one behind the other, times rows of activations from {@link RowQuantizer}; what a panel is and the
 * formula stand at {@link PanelPacker} and {@link PanelProducts}. AVX-512 with VNNI.
 *
 * <p>One step takes two columns: 2 loads of weights and, for each token, one broadcast and two multiply-adds of 32 products.
 * With 6 tokens that is 8 loads for 12 operations, two of which begin in a cycle, so that the multipliers set the pace. The
 * sums of 6 tokens and 32 rows stay in registers through all columns, and one call takes all tokens.
 *
 * <p>Registers: zmm0 to zmm11 integer sums of a block, zmm12 to zmm23 sums, zmm24 and zmm25 weights, then scales, zmm26 to
 * zmm29 broadcasts. RSI and RBX activations of tokens 0 and 3, R8 bytes from token to token, RDX codes, RCX bytes from panel
 * to panel, R9 scales, R14 minima, R10 and R12 dx of tokens 0 and 3, R15 and RBP their t, RAX blocks left, R11 and R13 work.
 */
final class WidePanels {

    /**
     * The argument block. Addresses: codes, dw, q, dx, y, m, t, of which q, dx, y and t are moved on; bytes from token to token
     * of q, dx and t, and of y; blocks; bytes from panel to panel; how many times so many tokens.
     */
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
    static final int PANEL_BYTES = 80;
    static final int GROUPS = 88;

    /** Tokens of one pass through the columns. */
    static final int TOKENS = 6;

    private static final int PAIRS = BlockFormat.SIZE / 2;

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

    /** How a panel's weights are scaled. */
    enum Scaling {
        /** A factor for 32 columns. */
        PLAIN("", 1),
        /** A factor and a minimum for 32 columns. */
        MINIMA(" with minima", 1),
        /** A factor for 16 columns. */
        HALVES(" of halves", 2);

        private final String title;
        private final int parts;

        Scaling(String title, int parts) {
            this.title = title;
            this.parts = parts;
        }

        String title() {
            return title;
        }

        /** Factors for a block of 32 columns. */
        int parts() {
            return parts;
        }
    }

    private final Assembler a = new Assembler();
    private final int tokens;
    private final Scaling scaling;

    private WidePanels(int tokens, Scaling scaling) {
        this.tokens = tokens;
        this.scaling = scaling;
    }

    /** The routine for so many tokens at a time. */
    static byte[] assemble(int tokens, Scaling scaling) {
        return new WidePanels(tokens, scaling).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(TOKEN, Mem.at(Gp.RDI, X_BYTES)).mov(PANEL, Mem.at(Gp.RDI, PANEL_BYTES));
        a.bind(group);
        begin();
        a.align(64).bind(loop);
        int pairs = PAIRS / scaling.parts;
        for (int part = 0; part < scaling.parts; part++) {
            for (int pair = 0; pair < pairs; pair++) {
                step(part * pairs + pair, pair == 0);
            }
            scale(part);
        }
        a.add(WEIGHTS, 64 * PAIRS).add(INPUT, 4 * PAIRS).add(INPUT_3, 4 * PAIRS).add(SCALES, 64 * scaling.parts);
        if (scaling == Scaling.MINIMA) {
            a.add(MINIMUM, 64).add(TERM, 4).add(TERM_3, 4);
        }
        a.add(FACTOR, 4).add(FACTOR_3, 4).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        end();
        a.mov(LEFT, Mem.at(Gp.RDI, GROUPS)).sub(LEFT, 1).mov(Mem.at(Gp.RDI, GROUPS), LEFT);
        a.test(LEFT, LEFT).jump(Condition.NOT_EQUAL, group);
        frame.close();
        return a.finish();
    }

    private void begin() {
        a.mov(WEIGHTS, Mem.at(Gp.RDI, CODES)).mov(SCALES, Mem.at(Gp.RDI, DW)).mov(INPUT, Mem.at(Gp.RDI, Q));
        a.mov(FACTOR, Mem.at(Gp.RDI, DX)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.lea(STEP, Mem.at(TOKEN, TOKEN, 2, 0));
        a.mov(INPUT_3, INPUT).add(INPUT_3, STEP).mov(FACTOR_3, FACTOR).add(FACTOR_3, STEP);
        if (scaling == Scaling.MINIMA) {
            a.mov(MINIMUM, Mem.at(Gp.RDI, MINIMA))
                    .mov(TERM, Mem.at(Gp.RDI, T))
                    .mov(TERM_3, TERM)
                    .add(TERM_3, STEP);
        }
        for (int i = 0; i < 2 * tokens; i++) {
            a.emit(VPXOR, sum(i), sum(i), sum(i));
        }
    }

    private void step(int pair, boolean first) {
        for (int p = 0; p < 2; p++) {
            a.emit(VMOVUPS, WEIGHT[p], panel(WEIGHTS, p).plus(64L * pair));
        }
        for (int t = 0; t < tokens; t++) {
            Vec activation = zmm(26 + t % 4);
            a.emit(VPBROADCASTD, activation, token(INPUT, INPUT_3, t).plus(4L * pair));
            for (int p = 0; p < 2; p++) {
                a.emit(first ? VPMADDWD : VPDPWSSD, zmm(2 * t + p), WEIGHT[p], activation);
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
            if (scaling == Scaling.MINIMA) {
                a.emit(VBROADCASTSS, term, token(TERM, TERM_3, t));
            }
            for (int p = 0; p < 2; p++) {
                Vec products = zmm(2 * t + p);
                a.emit(VCVTDQ2PS, products, products);
                a.emit(VMULPS, products, products, WEIGHT[p]);
                a.emit(VFMADD231PS, sum(2 * t + p), products, factor);
                if (scaling == Scaling.MINIMA) {
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
        for (int place : new int[] {Q, DX, T}) {
            a.mov(RESULT, Mem.at(Gp.RDI, place)).add(RESULT, STEP).mov(Mem.at(Gp.RDI, place), RESULT);
        }
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
