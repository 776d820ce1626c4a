package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Unpacks a group of 8 rows of weights in blocks of 256 ({@link SuperGroupFormat}) to half of a panel, as {@link GroupUnpacker} does with blocks of 32 and
 * with its arguments.
 *
 * <p>Registers: ymm0 factors, ymm1 zero, ymm2 codes, ymm3 to ymm5 as in {@link PanelCodes}, then as {@link NarrowSuperCodes} has them.
 */
final class NarrowSuperUnpacker {

    private static final Vec FACTORS = ymm(0);
    private static final Vec ZERO = ymm(1);

    private final Assembler a = new Assembler();
    private final SuperGroupFormat format;
    private final NarrowSuperCodes codes;
    private final LinesAhead ahead;
    private final PanelCodes panel;

    private NarrowSuperUnpacker(SuperGroupFormat format, boolean words) {
        this.format = format;
        codes = new NarrowSuperCodes(a, format, GroupUnpacker.UNIT, 6);
        ahead = new LinesAhead(a, GroupUnpacker.UNIT, format.unitBytes());
        panel = new PanelCodes(a, format, words, GroupUnpacker.TO, ymm(3), ymm(4), ymm(5));
    }

    static byte[] assemble(SuperGroupFormat format, boolean words) {
        return new NarrowSuperUnpacker(format, words).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(GroupUnpacker.UNIT, Mem.at(Gp.RDI, GroupUnpacker.W))
                .mov(GroupUnpacker.TO, Mem.at(Gp.RDI, GroupUnpacker.CODES))
                .mov(GroupUnpacker.TO_SCALES, Mem.at(Gp.RDI, GroupUnpacker.SCALES))
                .mov(GroupUnpacker.TO_MINIMA, Mem.at(Gp.RDI, GroupUnpacker.MINIMA))
                .mov(GroupUnpacker.LEFT, Mem.at(Gp.RDI, GroupUnpacker.UNITS));
        codes.load();
        panel.load();
        a.emit(VPXOR, ZERO, ZERO, ZERO);
        a.align(32).bind(loop);
        codes.begin();
        for (int part = 0; part < codes.parts(); part++) {
            ahead.prefetch(part, codes.parts());
            codes.part(part, ymm(2), panel::store);
            factors(part);
        }
        a.add(GroupUnpacker.UNIT, format.unitBytes()).add(GroupUnpacker.TO, panel.bytes(format.unitColumns()));
        a.add(GroupUnpacker.TO_SCALES, PanelCodes.LINE * codes.parts());
        a.add(GroupUnpacker.TO_MINIMA, PanelCodes.LINE * codes.parts());
        a.sub(GroupUnpacker.LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        codes.data();
        panel.data();
        return a.finish();
    }

    private void factors(int part) {
        codes.scale(part, FACTORS);
        a.emit(VMOVUPS_STORE, Mem.at(GroupUnpacker.TO_SCALES, (long) PanelCodes.LINE * part), FACTORS);
        if (!format.isSix()) {
            codes.minimum(part, FACTORS);
            a.emit(VSUBPS, FACTORS, ZERO, FACTORS);
            a.emit(VMOVUPS_STORE, Mem.at(GroupUnpacker.TO_MINIMA, (long) PanelCodes.LINE * part), FACTORS);
        }
    }
}
