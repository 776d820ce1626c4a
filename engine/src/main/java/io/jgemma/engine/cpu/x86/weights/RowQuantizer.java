package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPACKSSDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Rounds a row of activations to 16-bit integers with one scale for 32 of them.
 *
 * <pre>
 * i = min(32767 / max |x|, 2^127)     q[k] = round(x[k] i)     d = 1 / i     t = d * sum_k q[k]
 * </pre>
 * {@code t} is what a constant added to every weight of a block, or of half a block, is multiplied with; {@link RowOrder} says in which
 * order {@code q} is stored. The bound on {@code i} keeps {@code d}
 * a number where all 32 are nearly zero. A value that is not finite makes {@code d} NaN, and with it the whole result.
 *
 * <p>Registers: ymm0 to ymm3 the 32 values, ymm4 their largest magnitude, ymm5 NaN if one is not finite, ymm6 to ymm9 work,
 * xmm10 = 1, ymm11 = 0, ymm12 mask of magnitudes, ymm13 the order after packing, xmm14 = 32767, xmm15 = 2^127.
 */
public final class RowQuantizer {

    /** The argument block: addresses of x (F32), q (16 bits), d (F32), t (F32), and the number of blocks. */
    static final int X = 0;

    static final int Q = 8;
    static final int D = 16;
    static final int T = 24;
    static final int BLOCKS = 32;

    private static final Gp FROM = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp SCALES = Gp.RCX;
    private static final Gp TERMS = Gp.R8;
    private static final Gp LEFT = Gp.R9;

    private static final Vec WORK = NarrowRounder.WORK;
    private static final Vec OTHER = ymm(7);
    private static final Vec SUM = NarrowRounder.SUM;
    private static final Vec ORDER = ymm(13);

    private final Assembler a = new Assembler();

    private final NarrowRounder rounder = new NarrowRounder(a, Short.MAX_VALUE);
    private final RowOrder order;

    private RowQuantizer(RowOrder order) {
        this.order = order;
    }

    public static byte[] assemble(RowOrder order) {
        return new RowQuantizer(order).routine();
    }

    private byte[] routine() {
        Label lanes = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(FROM, Mem.at(Gp.RDI, X)).mov(TO, Mem.at(Gp.RDI, Q)).mov(SCALES, Mem.at(Gp.RDI, D));
        a.mov(TERMS, Mem.at(Gp.RDI, T)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        rounder.load();
        a.emit(VMOVUPS, ORDER, Mem.at(lanes));
        a.bind(loop);
        rounder.scale(Mem.at(FROM));
        a.emit(VMOVSS_STORE, Mem.at(SCALES), NarrowRounder.FACTOR.low());
        round();
        a.add(FROM, 128).add(TO, 64).add(SCALES, 4).add(TERMS, 4 * order.terms());
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        rounder.data();
        a.alignData(32).bind(lanes);
        boolean plain = order == RowOrder.PLAIN;
        for (int lane : plain ? new int[] {0, 1, 4, 5, 2, 3, 6, 7} : new int[] {0, 4, 1, 5, 2, 6, 3, 7}) {
            a.word(lane);
        }
        return a.finish();
    }

    private void round() {
        rounder.round();
        a.emit(VPADDD, SUM, ymm(0), ymm(1));
        a.emit(VPADDD, OTHER, ymm(2), ymm(3));
        if (order.terms() == 1) {
            a.emit(VPADDD, SUM, SUM, OTHER);
        }
        if (order == RowOrder.PLAIN) {
            store(ymm(0), ymm(1), 0);
            store(ymm(2), ymm(3), 32);
        } else {
            part();
        }
        term(SUM, 0);
        if (order.terms() == 2) {
            term(OTHER, 4);
        }
    }

    /** Packs 16 integers, puts the eight pairs in order and stores them. */
    private void store(Vec low, Vec high, long at) {
        a.emit(VPACKSSDW, low, low, high);
        a.emit(VPERMD, low, ORDER, low);
        a.emit(VMOVUPS_STORE, Mem.at(TO, at), low);
    }

    /** Stores what has even places, then what has odd ones. */
    private void part() {
        Vec odd = ymm(9);
        a.emit(VSHUFPS, WORK, ymm(0), ymm(1), 0x88);
        a.emit(VSHUFPS, ymm(0), ymm(0), ymm(1), 0xDD);
        a.emit(VSHUFPS, odd, ymm(2), ymm(3), 0xDD);
        a.emit(VSHUFPS, ymm(2), ymm(2), ymm(3), 0x88);
        store(WORK, ymm(2), 0);
        store(ymm(0), odd, 32);
    }

    private void term(Vec sum, long at) {
        Lanes.fold(a, VPADDD, sum, WORK, WORK);
        a.emit(VCVTDQ2PS, sum.low(), sum.low());
        a.emit(VMULSS, sum.low(), sum.low(), NarrowRounder.FACTOR.low());
        a.emit(VMOVSS_STORE, Mem.at(TERMS, at), sum.low());
    }
}
