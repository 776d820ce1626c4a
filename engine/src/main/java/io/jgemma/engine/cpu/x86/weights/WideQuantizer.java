package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
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
 * Rounds a row of activations ({@link Rounder}) in the order in which a kernel for rows on 512-bit registers meets the weights
 * ({@link PlaneOrder}). AVX-512 with VNNI.
 *
 * <p>Registers: zmm0 to zmm18 as in {@link Rounder}, xmm19 a lane's share of a sum. RSI activations, RDX unit, from a block's
 * place in it on, R8 that place, RCX blocks left.
 */
final class WideQuantizer {

    /** The argument block: addresses of x (F32) and of the result, and the number of blocks. */
    static final int X = 0;

    static final int TO = 8;
    static final int BLOCKS = 16;

    private static final Gp FROM = Gp.RSI;
    private static final Gp INTO = Gp.RDX;
    private static final Gp PLACE = Gp.R8;
    private static final Gp LEFT = Gp.RCX;

    private static final Vec SHARE = xmm(19);

    private final Assembler a = new Assembler();
    private final PlaneOrder order;
    private final Rounder rounder;

    private WideQuantizer(PlaneOrder order) {
        this.order = order;
        rounder = new Rounder(a, order.offset());
    }

    static byte[] assemble(PlaneOrder order) {
        return new WideQuantizer(order).routine();
    }

    private byte[] routine() {
        Label share = a.label();
        Label loop = a.label();
        Label next = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(FROM, Mem.at(Gp.RDI, X)).mov(INTO, Mem.at(Gp.RDI, TO)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        rounder.load();
        a.emit(VMOVSS_LOAD, SHARE, Mem.at(share));
        a.xor32(PLACE, PLACE);
        a.bind(loop);
        rounder.scale(FROM, order.blockElements() / 16);
        if (order.blocks() == 1) {
            superBlock();
            a.add(INTO, order.unitBytes());
        } else {
            block();
            int lanes = 64 / order.blocks();
            a.add(INTO, lanes).add(PLACE, lanes).cmp(PLACE, 64);
            a.jump(Condition.NOT_EQUAL, next);
            a.add(INTO, order.unitBytes() - 64).xor32(PLACE, PLACE);
        }
        a.bind(next).add(FROM, Float.BYTES * order.blockElements()).sub(LEFT, 1);
        a.jump(Condition.NOT_EQUAL, loop);
        frame.close();
        rounder.data();
        a.bind(share).word(Float.floatToRawIntBits(0.25f));
        return a.finish();
    }

    private void block() {
        boolean four = order.blocks() == 4;
        Mem high = Mem.at(INTO);
        Mem low = Mem.at(INTO, order.low());
        int second = four ? 64 : 16;
        rounder.round(Mem.at(FROM));
        rounder.store(zmm(0), high, low);
        rounder.store(zmm(1), high.plus(second), low.plus(second));
        int bits = four ? 128 : 256;
        Mem terms = Mem.at(INTO, order.terms());
        if (order == PlaneOrder.QUADS) {
            sum();
            a.emit(VMULSS, Rounder.SUM.low(), Rounder.SUM.low(), Rounder.FACTOR.low());
            a.emit(VMULSS, Rounder.SUM.low(), Rounder.SUM.low(), SHARE);
            a.emit(VBROADCASTSS, xmm(0), Rounder.SUM.low());
            a.emit(VMOVUPS_STORE, terms, xmm(0));
        } else if (four) {
            rounder.less(terms, bits, new Mem[] {high, high.plus(second)}, new Mem[] {low, low.plus(second)});
        } else {
            rounder.less(terms, bits, new Mem[] {high}, new Mem[] {low});
        }
        Vec factors = new Vec(0, bits);
        a.emit(VBROADCASTSS, factors, Rounder.FACTOR.low());
        a.emit(VMOVUPS_STORE, Mem.at(INTO, order.factors()), factors);
    }

    private void superBlock() {
        boolean minima = order == PlaneOrder.SUPER;
        if (minima) {
            a.emit(VMOVUPS_STORE, Mem.at(INTO, order.terms()), Rounder.ZERO);
        }
        for (int group = 0; group < 8; group++) {
            // Without minima as they are; else the second and third of each four change places.
            int place = minima ? group / 4 * 4 + group % 4 / 2 + group % 2 * 2 : group;
            Mem high = Mem.at(INTO, 32L * place);
            Mem low = high.plus(order.low());
            rounder.round(Mem.at(FROM, 128L * group));
            rounder.store(zmm(0), high, low);
            rounder.store(zmm(1), high.plus(16), low.plus(16));
            if (minima) {
                sum();
                a.emit(VSUBPS, Rounder.SUM.low(), Rounder.ZERO.low(), Rounder.SUM.low());
                a.emit(VMOVSS_STORE, Mem.at(INTO, order.terms() + 4L * (8 + group)), Rounder.SUM.low());
            } else {
                Mem terms = Mem.at(INTO, order.terms() + 32L * group);
                rounder.less(terms, 256, new Mem[] {high}, new Mem[] {low});
            }
        }
        a.emit(VBROADCASTSS, zmm(0), Rounder.FACTOR.low());
        a.emit(VMOVUPS_STORE, Mem.at(INTO, order.factors()), zmm(0));
    }

    /** The sum of 32 integers as a float in lane 0. */
    private void sum() {
        rounder.fold(VPADDD, Rounder.SUM);
        a.emit(VCVTDQ2PS, Rounder.SUM.low(), Rounder.SUM.low());
    }
}
