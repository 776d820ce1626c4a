package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Unpacks a group of rows of weights ({@link GroupFormat}) to a panel of 16 rows, or to half of one: codes to bytes, or to words ({@link PanelCodes}),
 * factors to F32.
 *
 * <p>Registers: 0 factors, 1 work, 2 and 3 codes, then as {@link GroupCodes} and {@link PanelCodes} have them. RSI unit, RDX codes, R8 scales, R9 minima,
 * RCX units left.
 */
public final class GroupUnpacker {

    /** The argument block. Addresses: group, codes, scales, minima; counts: whole units, blocks behind them. */
    public static final int W = 0;

    public static final int CODES = 8;
    public static final int SCALES = 16;
    public static final int MINIMA = 24;
    public static final int UNITS = 32;
    public static final int REST = 40;

    static final Gp UNIT = Gp.RSI;
    static final Gp TO = Gp.RDX;
    static final Gp TO_SCALES = Gp.R8;
    static final Gp TO_MINIMA = Gp.R9;
    static final Gp LEFT = Gp.RCX;

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final GroupCodes codes;
    private final PanelCodes panel;
    private final LinesAhead ahead;

    private GroupUnpacker(GroupFormat format, boolean words) {
        this.format = format;
        codes = new GroupCodes(a, format, 4);
        panel = new PanelCodes(a, format, words, TO, vector(1), vector(8), vector(9));
        ahead = new LinesAhead(a, UNIT, format.unitBytes());
    }

    static byte[] assemble(GroupFormat format, boolean words) {
        return new GroupUnpacker(format, words).routine();
    }

    private byte[] routine() {
        Label loop = a.label();
        Label tail = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, W)).mov(TO, Mem.at(Gp.RDI, CODES)).mov(TO_SCALES, Mem.at(Gp.RDI, SCALES));
        a.mov(TO_MINIMA, Mem.at(Gp.RDI, MINIMA)).mov(LEFT, Mem.at(Gp.RDI, UNITS));
        codes.load();
        panel.load();
        a.test(LEFT, LEFT).jump(Condition.EQUAL, tail);
        a.align(32).bind(loop);
        block(0);
        block(1);
        a.add(UNIT, format.unitBytes())
                .add(TO, panel.bytes(format.unitColumns()))
                .add(TO_SCALES, 2 * PanelCodes.LINE)
                .add(TO_MINIMA, 2 * PanelCodes.LINE);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(LEFT, Mem.at(Gp.RDI, REST)).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        block(0);
        a.bind(done);
        frame.close();
        codes.data();
        panel.data();
        return a.finish();
    }

    private void block(int b) {
        ahead.prefetch(b, 2);
        codes.block(
                UNIT, b, vector(2), vector(3), (four, element) -> panel.store(four, BlockFormat.SIZE * b + element));
        factors(format.scales(b), Mem.at(TO_SCALES, (long) PanelCodes.LINE * b));
        if (format.blocks().hasMinimum()) {
            factors(format.minima(b), Mem.at(TO_MINIMA, (long) PanelCodes.LINE * b));
        }
    }

    private void factors(int from, Mem to) {
        a.emit(VCVTPH2PS, vector(0), Mem.at(UNIT, from));
        a.emit(VMOVUPS_STORE, to, vector(0));
    }

    private Vec vector(int number) {
        return format.width().of(number);
    }
}
