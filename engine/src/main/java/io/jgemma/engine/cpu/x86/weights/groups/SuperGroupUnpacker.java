package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Unpacks a group of 16 rows of weights in blocks of 256 ({@link SuperGroupFormat}) to a panel of {@code WidePanels}: codes to bytes, factors to
 * F32; arguments are those of {@link GroupUnpacker}. AVX-512.
 *
 * <p>Registers: zmm0 factors, zmm1 zero, zmm2 and zmm3 codes, from zmm16 on as {@link SuperGroupCodes} has them. RSI unit, RDX codes, R8 scales, R9
 * minima, RCX units left.
 */
final class SuperGroupUnpacker implements SuperGroupCodes.Sink {

    private static final Gp UNIT = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp TO_SCALES = Gp.R8;
    private static final Gp TO_MINIMA = Gp.R9;
    private static final Gp LEFT = Gp.RCX;

    private final Assembler a = new Assembler();
    private final SuperGroupFormat format;
    private final SuperGroupCodes codes;
    private final LinesAhead ahead;

    private SuperGroupUnpacker(SuperGroupFormat format) {
        this.format = format;
        codes = new SuperGroupCodes(a, format, UNIT, zmm(2), zmm(3));
        ahead = new LinesAhead(a, UNIT, format.unitBytes());
    }

    static byte[] assemble(SuperGroupFormat format) {
        return new SuperGroupUnpacker(format).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, GroupUnpacker.W)).mov(TO, Mem.at(Gp.RDI, GroupUnpacker.CODES));
        a.mov(TO_SCALES, Mem.at(Gp.RDI, GroupUnpacker.SCALES));
        a.mov(TO_MINIMA, Mem.at(Gp.RDI, GroupUnpacker.MINIMA)).mov(LEFT, Mem.at(Gp.RDI, GroupUnpacker.UNITS));
        codes.load();
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
        a.align(32).bind(loop);
        codes.emit(this);
        int blocks = format.unitColumns() / BlockFormat.SIZE;
        a.add(UNIT, format.unitBytes()).add(TO, format.rows() * format.unitColumns());
        a.add(TO_SCALES, format.line() * format.scaling().parts() * blocks).add(TO_MINIMA, format.line() * blocks);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        codes.data();
        return a.finish();
    }

    @Override
    public void begin(int first, int second) {}

    @Override
    public void codes(Vec four, int which, int element) {
        ahead.prefetch(element / 4, format.unitColumns() / 4);
        a.emit(VMOVUPS_STORE, Mem.at(TO, (long) format.rows() * element), four);
    }

    @Override
    public void end(int first, int second) {
        factors(first);
        factors(second);
    }

    private void factors(int part) {
        codes.scale(part, zmm(0));
        a.emit(VMOVUPS_STORE, Mem.at(TO_SCALES, (long) format.line() * part), zmm(0));
        if (!format.isSix()) {
            codes.minimum(part, zmm(0));
            a.emit(VSUBPS, zmm(0), zmm(1), zmm(0));
            a.emit(VMOVUPS_STORE, Mem.at(TO_MINIMA, (long) format.line() * part), zmm(0));
        }
    }
}
