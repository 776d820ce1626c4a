package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFF32X4;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;
import static io.jgemma.engine.cpu.x86.weights.SuperBlocks.SCALES;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.SuperBlocks;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.List;

/**
 * Unpacks rows of weights in blocks of 256: of each block 256 codes as unsigned bytes and 16 factors F32, which are {@code d s}
 * of each 16 weights (Q6_K), or of each 32 and then {@code -dmin m} (Q4_K, Q5_K). AVX-512.
 *
 * <p>Registers: zmm25 signs; the others are those of {@link SuperBlocks}. RSI row, RDX codes, RCX rows left, R9 factors, RAX
 * block, R11 blocks left.
 */
final class SuperUnpacker implements SuperBlocks.Sink {

    /** The argument block. Addresses: codes, w, factors; counts: rows, bytes of a row, blocks. */
    static final int CODES = 0;

    static final int W = 8;
    static final int FACTORS = 16;
    static final int ROWS = 24;
    static final int ROW_BYTES = 32;
    static final int BLOCKS = 40;

    /** Bytes of a block's codes. */
    static final int CODE_BYTES = 256;

    /** Bytes of a block's factors. */
    static final int FACTOR_BYTES = 64;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp TO_FACTORS = Gp.R9;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp COUNT = Gp.R11;

    private static final Vec SIGNS = zmm(SuperBlocks.FREE_CONSTANT);

    private final Assembler a = new Assembler();
    private final QuantType type;

    private SuperUnpacker(QuantType type) {
        this.type = type;
    }

    static byte[] assemble(QuantType type) {
        return new SuperUnpacker(type).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a);
        SuperBlocks blocks = new SuperBlocks(a, type, BLOCK);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, W)).mov(TO, Mem.at(Gp.RDI, CODES)).mov(LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(TO_FACTORS, Mem.at(Gp.RDI, FACTORS));
        int one = Float.floatToRawIntBits(1);
        int minusOne = Float.floatToRawIntBits(-1);
        blocks.load(List.of(new SuperBlocks.Constant(SIGNS, SuperBlocks.lanes(i -> i < 8 ? one : minusOne))));
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        a.mov(BLOCK, WEIGHTS).mov(COUNT, Mem.at(Gp.RDI, BLOCKS));
        a.align(32).bind(loop);
        blocks.block(this);
        a.add(BLOCK, type.blockBytes()).add(TO, CODE_BYTES).add(TO_FACTORS, FACTOR_BYTES);
        a.sub(COUNT, 1).jump(Condition.NOT_EQUAL, loop);
        a.add(WEIGHTS, Mem.at(Gp.RDI, ROW_BYTES)).sub(LEFT, 1);
        a.jump(row).bind(done);
        frame.close();
        blocks.data();
        return a.finish();
    }

    @Override
    public void scales() {
        if (type != QuantTypes.Q6_K) {
            a.emit(VMULPS, SCALES, SCALES, SIGNS);
        }
        a.emit(VMOVUPS_STORE, Mem.at(TO_FACTORS), SCALES);
    }

    @Override
    public void codes(int group, int next, Vec codes) {
        store(group, codes);
        a.emit(VSHUFF32X4, codes, codes, codes, 0xEE);
        store(next, codes);
    }

    private void store(int group, Vec codes) {
        a.emit(VMOVUPS_STORE, Mem.at(TO, 32L * group), ymm(codes.number()));
    }
}
