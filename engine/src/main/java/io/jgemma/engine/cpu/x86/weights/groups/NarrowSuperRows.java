package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Groups of 8 rows of weights in blocks of 256 ({@link SuperGroupFormat}) times one row of activations; arguments and formula are those of {@link
 * GroupRows}.
 *
 * <p>For 32 columns of 8 rows of Q4_K, 144 bytes with their share of factors, AVX2 has 16 multiplications, 14 additions, 4 operations that make sums of 32
 * bits, 12 that unpack and about 16 for factors: 16 cycles where four start per cycle, 21 where three do.
 *
 * <p>Registers: ymm0 sums, ymm1 codes, then as {@link ByteSums} and {@link NarrowSuperCodes} have them. RSI unit, RDX results, RCX groups left, R8 q, R9
 * dx, R10 s, R11 units left.
 */
final class NarrowSuperRows {

    private static final Gp UNIT = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp GROUPS_LEFT = Gp.RCX;
    private static final Gp INPUT = Gp.R8;
    private static final Gp FACTOR = Gp.R9;
    private static final Gp TERM = Gp.R10;
    private static final Gp LEFT = Gp.R11;

    private static final Vec SUM = ymm(0);
    private static final Vec CODES = ymm(1);
    private static final int FIRST_OF_SUMS = 2;

    private final Assembler a = new Assembler();
    private final SuperGroupFormat format;
    private final ActivationForm form;
    private final ByteSums sums;
    private final NarrowSuperCodes codes;
    private final LinesAhead ahead;

    private NarrowSuperRows(SuperGroupFormat format, Isa isa, int bits) {
        this.format = format;
        form = format.form(isa, bits);
        sums = new ByteSums(a, isa, form, format, FIRST_OF_SUMS);
        codes = new NarrowSuperCodes(a, format, UNIT, FIRST_OF_SUMS + ByteSums.REGISTERS);
        ahead = new LinesAhead(a, UNIT, format.unitBytes());
    }

    static byte[] assemble(SuperGroupFormat format, Isa isa, int bits) {
        return new NarrowSuperRows(format, isa, bits).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, GroupRows.W)).mov(RESULTS, Mem.at(Gp.RDI, GroupRows.Y));
        a.mov(GROUPS_LEFT, Mem.at(Gp.RDI, GroupRows.GROUPS));
        codes.load();
        sums.load();
        a.bind(group);
        a.emit(VPXOR, SUM, SUM, SUM);
        a.mov(INPUT, Mem.at(Gp.RDI, GroupRows.Q)).mov(FACTOR, Mem.at(Gp.RDI, GroupRows.DX));
        a.mov(TERM, Mem.at(Gp.RDI, GroupRows.TERMS)).mov(LEFT, Mem.at(Gp.RDI, GroupRows.UNITS));
        a.align(64).bind(loop);
        codes.begin();
        for (int part = 0; part < codes.parts(); part++) {
            part(part);
        }
        int columns = format.unitColumns();
        a.add(UNIT, format.unitBytes()).add(INPUT, form.bytes() * columns);
        a.add(FACTOR, 4 * (columns / BlockFormat.SIZE)).add(TERM, 4 * codes.parts());
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.emit(VMOVUPS_STORE, Mem.at(RESULTS), SUM);
        a.add(RESULTS, format.line()).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
        codes.data();
        sums.data();
        return a.finish();
    }

    private void part(int part) {
        ahead.prefetch(part, codes.parts());
        sums.begin(format.isSix() ? Mem.at(TERM, 4L * part) : null);
        codes.part(part, CODES, (four, element) -> {
            int block = element / BlockFormat.SIZE * BlockFormat.SIZE * form.bytes();
            Mem first = Mem.at(INPUT, block + element % BlockFormat.SIZE);
            sums.add(four, first, form == ActivationForm.PLANES ? first.plus(BlockFormat.SIZE) : first);
        });
        Vec products = sums.end();
        Vec scale = sums.products();
        Vec factor = sums.activations();
        codes.scale(part, scale);
        a.emit(VBROADCASTSS, factor, Mem.at(FACTOR, 4L * (part * codes.partSize() / BlockFormat.SIZE)));
        a.emit(VMULPS, scale, scale, factor);
        a.emit(VFMADD231PS, SUM, products, scale);
        if (!format.isSix()) {
            codes.minimum(part, scale);
            a.emit(VBROADCASTSS, factor, Mem.at(TERM, 4L * part));
            a.emit(VFNMADD231PS, SUM, scale, factor);
        }
    }
}
