package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPACKSSDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPACKSSWB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMULLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAW;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * As {@link PanelQuantizer}, on registers of 256 bits, with the same arguments and results, and for all of {@link ActivationForm}.
 *
 * <p>Registers: as in {@link NarrowRounder}, ymm9 work, ymm13 order of four bytes after packing. RSI activations, RDX q, RCX blocks left, R8 dx, R9 s; R10
 * and R11 the row of activations and of results, RAX rows left.
 */
final class NarrowQuantizer {

    private static final Gp FROM = Gp.RSI;
    private static final Gp TO = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp FACTORS = Gp.R8;
    private static final Gp TERM = Gp.R9;
    private static final Gp FROM_ROW = Gp.R10;
    private static final Gp TO_ROW = Gp.R11;
    private static final Gp ROWS_LEFT = Gp.RAX;

    private static final Vec WORK = ymm(9);
    private static final Vec ORDER = ymm(13);
    /** The first, third, second and fourth of four. */
    private static final int MIDDLE_SWAPPED = 0xD8;

    private final Assembler a = new Assembler();
    private final PanelScaling scaling;
    private final ActivationForm form;
    private final NarrowRounder rounder;
    private final Label order = a.label();
    private final Label carry = a.label();

    private NarrowQuantizer(PanelScaling scaling, ActivationForm form) {
        this.scaling = scaling;
        this.form = form;
        rounder = new NarrowRounder(a, form.bytes() == 1 ? Byte.MAX_VALUE : 127 * 256 + 127);
    }

    static byte[] assemble(PanelScaling scaling, ActivationForm form) {
        return new NarrowQuantizer(scaling, form).routine();
    }

    private byte[] routine() {
        Label row = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        rounder.load();
        a.emit(VMOVUPS, ORDER, Mem.at(order));
        a.mov(FROM_ROW, Mem.at(Gp.RDI, PanelQuantizer.X)).mov(TO_ROW, Mem.at(Gp.RDI, PanelQuantizer.Q));
        a.mov(ROWS_LEFT, Mem.at(Gp.RDI, PanelQuantizer.ROWS));
        a.bind(row).mov(FROM, FROM_ROW).mov(TO, TO_ROW).mov(FACTORS, TO_ROW).mov(TERM, TO_ROW);
        a.add(FACTORS, Mem.at(Gp.RDI, PanelQuantizer.DX)).add(TERM, Mem.at(Gp.RDI, PanelQuantizer.TERMS));
        a.mov(LEFT, Mem.at(Gp.RDI, PanelQuantizer.BLOCKS));
        a.bind(loop);
        rounder.scale(Mem.at(FROM));
        a.emit(VMOVSS_STORE, Mem.at(FACTORS), NarrowRounder.FACTOR.low());
        rounder.round();
        terms();
        store();
        a.add(FROM, 4 * BlockFormat.SIZE)
                .add(TO, BlockFormat.SIZE * form.bytes())
                .add(FACTORS, 4);
        a.add(TERM, 4 * scaling.parts()).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.add(FROM_ROW, Mem.at(Gp.RDI, PanelQuantizer.X_BYTES)).add(TO_ROW, Mem.at(Gp.RDI, PanelQuantizer.Q_BYTES));
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, row);
        frame.close();
        rounder.data();
        a.bind(carry).word(0x00800080);
        a.alignData(32).bind(order);
        boolean words = form == ActivationForm.WORDS;
        for (int lane : words ? new int[] {0, 1, 4, 5, 2, 3, 6, 7} : new int[] {0, 4, 1, 5, 2, 6, 3, 7}) {
            a.word(lane);
        }
        return a.finish();
    }

    private void terms() {
        Vec sum = NarrowRounder.SUM;
        Vec other = WORK;
        a.emit(VPADDD, sum, ymm(0), ymm(1));
        a.emit(VPADDD, other, ymm(2), ymm(3));
        if (scaling == PanelScaling.HALVES) {
            offset(sum, 0);
            offset(other, 4);
            return;
        }
        a.emit(VPADDD, sum, sum, other);
        if (scaling == PanelScaling.PLAIN) {
            offset(sum, 0);
        } else {
            Lanes.fold(a, VPADDD, sum, NarrowRounder.WORK, NarrowRounder.WORK);
            a.emit(VCVTDQ2PS, sum.low(), sum.low());
            a.emit(VMULSS, sum.low(), sum.low(), NarrowRounder.FACTOR.low());
            a.emit(VMOVSS_STORE, Mem.at(TERM), sum.low());
        }
    }

    private void offset(Vec sums, int at) {
        Lanes.fold(a, VPADDD, sums, NarrowRounder.WORK, NarrowRounder.WORK);
        a.emit(VMOVD, NarrowRounder.WORK.low(), Mem.at(Gp.RDI, PanelQuantizer.OFFSET));
        a.emit(VPMULLD, sums.low(), sums.low(), NarrowRounder.WORK.low());
        a.emit(VMOVSS_STORE, Mem.at(TERM, at), sums.low());
    }

    private void store() {
        if (form == ActivationForm.WORDS) {
            for (int i = 0; i < 4; i++) {
                a.emit(VPSHUFD, ymm(i), ymm(i), MIDDLE_SWAPPED);
            }
            pack(0);
            pack(2);
            ordered(ymm(0), 0);
            ordered(ymm(2), BlockFormat.SIZE);
            return;
        }
        pack(0);
        pack(2);
        if (form == ActivationForm.PLANES) {
            a.emit(VPBROADCASTD, WORK, Mem.at(carry));
            for (int i = 0; i < 4; i += 2) {
                a.emit(VPADDW, ymm(i + 1), ymm(i), WORK);
                a.emit(VPSRAW, ymm(i + 1), ymm(i + 1), Byte.SIZE);
                a.emit(VPSLLW, ymm(i), ymm(i), Byte.SIZE);
                a.emit(VPSRAW, ymm(i), ymm(i), Byte.SIZE);
            }
            a.emit(VPACKSSWB, ymm(1), ymm(1), ymm(3));
            ordered(ymm(1), 0);
        }
        a.emit(VPACKSSWB, ymm(0), ymm(0), ymm(2));
        ordered(ymm(0), form == ActivationForm.PLANES ? BlockFormat.SIZE : 0);
    }

    /** 16 integers of two registers as words of one. */
    private void pack(int i) {
        a.emit(VPACKSSDW, ymm(i), ymm(i), ymm(i + 1));
    }

    private void ordered(Vec packed, int at) {
        a.emit(VPERMD, packed, ORDER, packed);
        a.emit(VMOVUPS_STORE, Mem.at(TO, at), packed);
    }
}
