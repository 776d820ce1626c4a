package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.SuperBlocks.SCALES;
import static io.jgemma.engine.cpu.x86.SuperBlocks.WORK;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of weights in blocks of 256, as mapped, times one row of activations from {@link WideQuantizer} (SUPER). A block's 16
 * factors become floats in one register ({@link SuperBlocks}); then 32 weights at a time are multiplied, converted, scaled;
 * the block's sum is multiplied with the scale of the activations. AVX-512 with VBMI.
 *
 * <p>Registers: zmm0 and zmm1 sums of a block, zmm2 of the row; zmm7 products; from zmm25 on constants; the others are those
 * of {@link SuperBlocks}. RSI weights, RDX results, RCX rows left, R9 activations, RAX block, R10 activations of the block, R11
 * blocks left.
 */
final class SuperRows implements SuperBlocks.Sink {

    /** The argument block. Addresses: y, w, x; counts: rows, bytes of a row, blocks; then 64 bytes that the routine uses. */
    static final int Y = 0;

    static final int W = 8;
    static final int X = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int BLOCKS = 40;
    static final int SCRATCH = 64;

    /** Words of the argument block. */
    static final int WORDS = 16;

    private static final int TERMS_AT = 512;
    private static final int FACTOR_AT = 576;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp INPUTS = Gp.R9;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.R10;
    private static final Gp COUNT = Gp.R11;

    private static final Vec TOTAL = zmm(2);
    private static final Vec PART = zmm(7);

    private final Assembler a = new Assembler();
    private final boolean six;
    private final QuantType type;

    private SuperRows(QuantType type) {
        this.type = type;
        six = type == QuantTypes.Q6_K;
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
        blocks.load(six ? twoScales() : List.of());
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        a.emit(VPXOR, TOTAL, TOTAL, TOTAL);
        a.mov(BLOCK, WEIGHTS).mov(INPUT, INPUTS).mov(COUNT, Mem.at(Gp.RDI, BLOCKS));
        a.align(32).bind(loop);
        blocks.block(this);
        // Last, so that products of small factors do not leave the range of floats.
        a.emit(VADDPS, zmm(0), zmm(0), zmm(1));
        a.emit(VFMADD231PS, TOTAL, zmm(0), Mem.at(INPUT, FACTOR_AT));
        a.add(BLOCK, type.blockBytes()).add(INPUT, WideQuantizer.Order.SUPER.unitBytes());
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
        WideQuantizer.fold(a, VADDPS, TOTAL, WORK, PART);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS), TOTAL.low());
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).add(RESULTS, Float.BYTES).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        blocks.data();
        return a.finish();
    }

    /** Which two of 16 scales each 32 weights of Q6_K have. */
    private static List<SuperBlocks.Constant> twoScales() {
        List<SuperBlocks.Constant> all = new ArrayList<>();
        for (int group = 0; group < 8; group++) {
            int first = 2 * group;
            all.add(new SuperBlocks.Constant(twoScales(group), SuperBlocks.lanes(i -> first + i / 8)));
        }
        return all;
    }

    /** The last stands in a register that only the other types use. */
    private static Vec twoScales(int group) {
        return zmm(group < 7 ? SuperBlocks.FREE_CONSTANT + group : SuperBlocks.FREE_CONSTANT - 1);
    }

    @Override
    public void scales() {
        if (six) {
            a.emit(VPXOR, zmm(0), zmm(0), zmm(0));
        } else {
            // Where they can be broadcast from.
            a.emit(VMOVUPS_STORE, Mem.at(Gp.RDI, SCRATCH), SCALES);
            a.emit(VMULPS, zmm(0), SCALES, Mem.at(INPUT, TERMS_AT));
        }
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
    }

    @Override
    public void codes(int group, Vec codes) {
        a.emit(VPMADDWD, codes, codes, Mem.at(INPUT, 64L * group));
        a.emit(VCVTDQ2PS, codes, codes);
        if (six) {
            a.emit(VPERMD, PART, twoScales(group), SCALES);
        } else {
            a.emit(VBROADCASTSS, PART, Mem.at(Gp.RDI, SCRATCH + 4L * group));
        }
        a.emit(VFMADD231PS, zmm(group % 2), codes, PART);
    }
}
