package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Unpacks a group of 16 rows of weights ({@link GroupFormat}) to a panel of {@code WidePanels}: codes to bytes, factors to F32.
 * AVX-512.
 *
 * <p>Registers: zmm0 factors, zmm2 and zmm3 codes, from zmm16 on as {@link GroupCodes} has them. RSI unit, RDX codes, R8 scales, R9 minima, RCX
 * units left.
 */
public final class GroupUnpacker {

    /** The argument block. Addresses: group, codes, scales, minima; counts: whole units, blocks behind them. */
    public static final int W = 0;

    public static final int CODES = 8;
    public static final int SCALES = 16;
    public static final int MINIMA = 24;
    public static final int UNITS = 32;
    public static final int REST = 40;

    private static final Gp UNIT = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp TO_SCALES = Gp.R8;
    private static final Gp TO_MINIMA = Gp.R9;
    private static final Gp LEFT = Gp.RCX;

    private static final int BLOCK_BYTES = GroupFormat.ROWS * BlockFormat.SIZE;

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final GroupCodes codes;

    private GroupUnpacker(GroupFormat format) {
        this.format = format;
        codes = new GroupCodes(a, format);
    }

    static byte[] assemble(GroupFormat format) {
        return new GroupUnpacker(format).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Label tail = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, W)).mov(TO, Mem.at(Gp.RDI, CODES)).mov(TO_SCALES, Mem.at(Gp.RDI, SCALES));
        a.mov(TO_MINIMA, Mem.at(Gp.RDI, MINIMA)).mov(LEFT, Mem.at(Gp.RDI, UNITS));
        codes.load();
        a.test(LEFT, LEFT).jump(Condition.EQUAL, tail);
        a.align(32).bind(loop);
        block(0);
        block(1);
        a.add(UNIT, format.unitBytes())
                .add(TO, 2 * BLOCK_BYTES)
                .add(TO_SCALES, 128)
                .add(TO_MINIMA, 128);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(LEFT, Mem.at(Gp.RDI, REST)).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        block(0);
        a.bind(done);
        frame.close();
        codes.data();
        return a.finish();
    }

    private void block(int b) {
        codes.block(
                UNIT,
                b,
                zmm(2),
                zmm(3),
                (four, element) -> a.emit(VMOVUPS_STORE, Mem.at(TO, (long) BLOCK_BYTES * b + 16L * element), four));
        factors(GroupFormat.scales(b), Mem.at(TO_SCALES, 64L * b));
        if (format.blocks().hasMinimum()) {
            factors(GroupFormat.minima(b), Mem.at(TO_MINIMA, 64L * b));
        }
    }

    private void factors(int from, Mem to) {
        a.emit(VCVTPH2PS, zmm(0), Mem.at(UNIT, from));
        a.emit(VMOVUPS_STORE, to, zmm(0));
    }
}
