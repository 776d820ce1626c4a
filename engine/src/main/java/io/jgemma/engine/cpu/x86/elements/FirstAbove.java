package io.jgemma.engine.cpu.x86.elements;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCMPPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VORPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPTEST;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;

/**
 * Looks for the first 32 floats among which one is not at most a bound, NaN included. AVX2.
 *
 * <p>Registers: ymm0 bound, ymm1 to ymm4 floats and what their comparison gave. RSI floats, RCX runs of 32 left.
 */
public final class FirstAbove {

    /** The argument block: the address of the floats, how many runs of 32 there are (at least 1), the bound (F32). */
    static final int X = 0;

    static final int RUNS = 8;
    static final int BOUND = 16;
    /** How many runs there are from the one that was found on; 0: none was. Written by the routine. */
    static final int LEFT_OVER = 24;

    /** Floats of a run. */
    public static final int RUN = 32;

    /** Predicate of {@code vcmpps}: not less or equal, true where one is NaN, no exception. */
    private static final int NOT_AT_MOST = 0x16;

    private static final int REGISTERS = 4;
    private static final int LANES = RUN / REGISTERS;

    private static final Gp FROM = Gp.RSI;
    private static final Gp LEFT = Gp.RCX;

    private FirstAbove() {}

    static byte[] assemble() {
        Assembler a = new Assembler();
        Label loop = a.label();
        Label found = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(FROM, Mem.at(Gp.RDI, X)).mov(LEFT, Mem.at(Gp.RDI, RUNS));
        a.emit(VBROADCASTSS, ymm(0), Mem.at(Gp.RDI, BOUND));
        a.align(32).bind(loop);
        for (int i = 0; i < REGISTERS; i++) {
            a.emit(VMOVUPS, ymm(1 + i), Mem.at(FROM, (long) Float.BYTES * LANES * i));
            a.emit(VCMPPS, ymm(1 + i), ymm(1 + i), ymm(0), NOT_AT_MOST);
        }
        a.emit(VORPS, ymm(1), ymm(1), ymm(2));
        a.emit(VORPS, ymm(3), ymm(3), ymm(4));
        a.emit(VORPS, ymm(1), ymm(1), ymm(3));
        a.emit(VPTEST, ymm(1), ymm(1));
        a.jump(Condition.NOT_EQUAL, found);
        a.add(FROM, Float.BYTES * RUN).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(found).mov(Mem.at(Gp.RDI, LEFT_OVER), LEFT);
        frame.close();
        return a.finish();
    }
}
