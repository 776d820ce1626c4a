package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVDB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMULLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Rounds rows of activations ({@link Rounder}), 32 with one scale, for {@code WidePanels}; of a row:
 *
 * <pre>
 * q  bytes [columns / 32][planes][32]      high bytes first where there are two planes
 * dx F32   [columns / 32]
 * s        [columns / 32]                  PLAIN: offset * sum_k q[k], an integer;  MINIMA: dx * sum_k q[k], F32
 *          [columns / 16]                  HALVES: offset * sum_k q[k] of each 16, integers
 * </pre>
 * {@code offset} is what belongs to each of the weights' codes. AVX-512 with VNNI.
 *
 * <p>Registers: zmm0 to zmm18 as in {@link Rounder}, zmm19 and zmm20 sums of halves, xmm21 offset. RSI activations, RDX q, RCX blocks left, R8 dx, R9
 * s; R10 and R11 the row of activations and of results, RAX rows left.
 */
public final class PanelQuantizer {

    /**
     * The argument block: addresses of x (F32) and q; bytes from q to dx and to s; blocks of a row; the offset; rows, and bytes from one of x and of q to
     * the next.
     */
    static final int X = 0;

    static final int Q = 8;
    static final int DX = 16;
    static final int TERMS = 24;
    static final int BLOCKS = 32;
    static final int OFFSET = 40;
    static final int ROWS = 48;
    static final int X_BYTES = 56;
    static final int Q_BYTES = 64;

    private static final Gp FROM = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp FACTORS = Gp.R8;
    private static final Gp TERM = Gp.R9;
    private static final Gp FROM_ROW = Gp.R10;
    private static final Gp TO_ROW = Gp.R11;
    private static final Gp ROWS_LEFT = Gp.RAX;

    private static final Vec[] HALF = {zmm(19), zmm(20)};
    private static final Vec OFFSETS = xmm(21);

    private final Assembler a = new Assembler();
    private final PanelScaling scaling;
    private final int planes;
    private final Rounder rounder;

    private PanelQuantizer(PanelScaling scaling, int planes) {
        this.scaling = scaling;
        this.planes = planes;
        rounder = new Rounder(a, 0, planes);
    }

    static byte[] assemble(PanelScaling scaling, int planes) {
        return new PanelQuantizer(scaling, planes).routine();
    }

    /** Where in a row of {@code n} elements {@code dx} begins. */
    public static long factors(int n, int planes) {
        return (long) n * planes;
    }

    /** Where in a row of {@code n} elements {@code s} begins. */
    public static long terms(int n, int planes) {
        return factors(n, planes) + 4L * (n / BlockFormat.SIZE);
    }

    /** Bytes of a row of {@code n} elements. */
    public static long rowBytes(int n, PanelScaling scaling, int planes) {
        return terms(n, planes) + 4L * scaling.parts() * (n / BlockFormat.SIZE);
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        rounder.load();
        a.emit(VPBROADCASTD, OFFSETS, Mem.at(Gp.RDI, OFFSET));
        a.mov(FROM_ROW, Mem.at(Gp.RDI, X)).mov(TO_ROW, Mem.at(Gp.RDI, Q)).mov(ROWS_LEFT, Mem.at(Gp.RDI, ROWS));
        a.bind(row).mov(FROM, FROM_ROW).mov(TO, TO_ROW).mov(FACTORS, TO_ROW).mov(TERM, TO_ROW);
        a.add(FACTORS, Mem.at(Gp.RDI, DX)).add(TERM, Mem.at(Gp.RDI, TERMS)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.bind(loop);
        rounder.scale(FROM, 2);
        a.emit(VMOVSS_STORE, Mem.at(FACTORS), Rounder.FACTOR.low());
        rounder.round(Mem.at(FROM));
        terms();
        for (int i = 0; i < 2; i++) {
            if (planes == 2) {
                rounder.store(zmm(i), Mem.at(TO, 16L * i), Mem.at(TO, BlockFormat.SIZE + 16L * i));
            } else {
                a.emit(VPMOVDB, Mem.at(TO, 16L * i), zmm(i));
            }
        }
        a.add(FROM, 4 * BlockFormat.SIZE).add(TO, BlockFormat.SIZE * planes).add(FACTORS, 4);
        a.add(TERM, 4 * scaling.parts()).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.add(FROM_ROW, Mem.at(Gp.RDI, X_BYTES))
                .add(TO_ROW, Mem.at(Gp.RDI, Q_BYTES))
                .sub(ROWS_LEFT, 1);
        a.jump(Condition.NOT_EQUAL, row);
        frame.close();
        rounder.data();
        return a.finish();
    }

    private void terms() {
        if (scaling == PanelScaling.HALVES) {
            a.emit(VPXOR, HALF[0], Rounder.ZERO, zmm(0));
            a.emit(VPXOR, HALF[1], Rounder.ZERO, zmm(1));
            offset(HALF[0], 0);
            offset(HALF[1], 4);
        } else if (scaling == PanelScaling.PLAIN) {
            offset(Rounder.SUM, 0);
        } else {
            rounder.fold(VPADDD, Rounder.SUM);
            a.emit(VCVTDQ2PS, Rounder.SUM.low(), Rounder.SUM.low());
            a.emit(VMULSS, Rounder.SUM.low(), Rounder.SUM.low(), Rounder.FACTOR.low());
            a.emit(VMOVSS_STORE, Mem.at(TERM), Rounder.SUM.low());
        }
    }

    private void offset(Vec sums, int at) {
        rounder.fold(VPADDD, sums);
        a.emit(VPMULLD, sums.low(), sums.low(), OFFSETS);
        a.emit(VMOVSS_STORE, Mem.at(TERM, at), sums.low());
    }
}
