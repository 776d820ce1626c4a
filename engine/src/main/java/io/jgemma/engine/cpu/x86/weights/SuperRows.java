package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;
import static io.jgemma.engine.cpu.x86.weights.SuperBlocks.SCALES;
import static io.jgemma.engine.cpu.x86.weights.SuperBlocks.WORK;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of weights in blocks of 256, as mapped, times one row of activations in the form of {@link PlaneOrder}. A block's
 * 16 factors become floats in one register ({@link SuperBlocks}); then 64 weights at a time are multiplied, converted, scaled;
 * the block's sum is multiplied with the scale of the activations. AVX-512 with VNNI.
 *
 * <p>Registers: zmm0 and zmm1 sums of a block, zmm2 of the row; zmm7 factors, zmm10 and zmm11 products; from zmm25 on constants; the others are those
 * of {@link SuperBlocks}. RSI weights, RDX results, RCX rows left, R9 activations, RAX block, R10 activations of the block, R11
 * blocks left.
 */
final class SuperRows implements SuperBlocks.Sink {

    /** The argument block. Addresses: y, w, x; counts: rows, bytes of a row, blocks. */
    static final int Y = 0;

    static final int W = 8;
    static final int X = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int BLOCKS = 40;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp INPUTS = Gp.R9;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.R10;
    private static final Gp COUNT = Gp.R11;

    private static final Vec TOTAL = zmm(2);
    private static final Vec PART = zmm(7);
    private static final Vec UPPER = zmm(10);
    private static final Vec PRODUCTS = zmm(11);

    private final Assembler a = new Assembler();
    private final boolean six;
    private final QuantType type;
    private final PlaneOrder order;

    private SuperRows(QuantType type) {
        this.type = type;
        six = type == QuantTypes.Q6_K;
        order = PlaneOrder.of(type);
    }

    static byte[] assemble(QuantType type) {
        return new SuperRows(type).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a);
        SuperBlocks blocks = new SuperBlocks(a, type, BLOCK);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(INPUTS, Mem.at(Gp.RDI, X));
        blocks.load(factorsOfLanes());
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        a.emit(VPXOR, TOTAL, TOTAL, TOTAL);
        a.mov(BLOCK, WEIGHTS).mov(INPUT, INPUTS).mov(COUNT, Mem.at(Gp.RDI, BLOCKS));
        a.align(32).bind(loop);
        for (int line = 0; line < type.blockBytes(); line += 64) {
            a.prefetch(Mem.at(BLOCK, WideRows.AHEAD + line));
        }
        blocks.block(this);
        // Last, so that products of small factors do not leave the range of floats.
        a.emit(VADDPS, zmm(0), zmm(0), zmm(1));
        a.emit(VFMADD231PS, TOTAL, zmm(0), Mem.at(INPUT, order.factors()));
        a.add(BLOCK, type.blockBytes()).add(INPUT, order.unitBytes());
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
        Lanes.fold(a, VADDPS, TOTAL, WORK, PART);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), TOTAL.low());
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).add(RESULTS, Float.BYTES).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        blocks.data();
        return a.finish();
    }

    /** For each 64 weights, whose factor of 16 each lane of 4 wants. */
    private List<SuperBlocks.Constant> factorsOfLanes() {
        List<SuperBlocks.Constant> all = new ArrayList<>();
        for (int place = 0; place < 4; place++) {
            int first = six ? 4 * place : place / 2 * 4 + place % 2;
            all.add(new SuperBlocks.Constant(
                    zmm(SuperBlocks.FREE_CONSTANT + place), SuperBlocks.lanes(i -> first + (six ? i / 4 : i / 8 * 2))));
        }
        return all;
    }

    @Override
    public void scales() {
        if (six) {
            a.emit(VPXOR, zmm(0), zmm(0), zmm(0));
        } else {
            a.emit(VMULPS, zmm(0), SCALES, Mem.at(INPUT, order.terms()));
        }
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
    }

    @Override
    public void codes(int group, int next, Vec codes) {
        int place = six ? group / 2 : group / 4 * 2 + group % 2;
        a.emit(VPXOR, UPPER, UPPER, UPPER);
        if (six) {
            a.emit(VMOVUPS, PRODUCTS, Mem.at(INPUT, order.terms() + 64L * place));
        } else {
            a.emit(VPXOR, PRODUCTS, PRODUCTS, PRODUCTS);
        }
        a.emit(VPDPBUSD, UPPER, codes, Mem.at(INPUT, 64L * place));
        a.emit(VPDPBUSD, PRODUCTS, codes, Mem.at(INPUT, order.low() + 64L * place));
        a.emit(VPSLLD, UPPER, UPPER, 8);
        a.emit(VPADDD, PRODUCTS, PRODUCTS, UPPER);
        a.emit(VCVTDQ2PS, PRODUCTS, PRODUCTS);
        a.emit(VPERMD, PART, zmm(SuperBlocks.FREE_CONSTANT + place), SCALES);
        a.emit(VFMADD231PS, zmm(place % 2), PRODUCTS, PART);
    }
}
