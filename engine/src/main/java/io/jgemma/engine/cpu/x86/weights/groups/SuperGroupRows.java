package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
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
 * Groups of 16 rows of weights in blocks of 256 ({@link SuperGroupFormat}) times one row of activations; arguments and formula are those of {@link
 * GroupRows}. AVX-512 with VNNI.
 *
 * <p>For 64 columns of 16 rows of Q4_K, 576 bytes, there are 32 multiply-adds and about 60 other operations of 512 bits.
 *
 * <p>Registers: zmm0 and zmm1 sums over first and second parts of pairs, zmm2 to zmm5 integer sums of their high and low bytes, zmm6 and zmm7 codes,
 * zmm8 to zmm11 broadcasts, zmm12 and zmm13 factors; from zmm16 on as {@link SuperGroupCodes} has them. RSI unit, RDX results, RCX groups
 * left, R8 q, R9 dx, R10 s, R11 units left.
 */
final class SuperGroupRows implements SuperGroupCodes.Sink {

    private static final Gp UNIT = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp GROUPS_LEFT = Gp.RCX;
    private static final Gp INPUT = Gp.R8;
    private static final Gp FACTOR = Gp.R9;
    private static final Gp TERM = Gp.R10;
    private static final Gp LEFT = Gp.R11;

    private static final Vec SCALE = zmm(12);
    private static final Vec WORK = zmm(13);

    private final Assembler a = new Assembler();
    private final SuperGroupFormat format;
    private final SuperGroupCodes codes;
    private final int partSize;

    private SuperGroupRows(SuperGroupFormat format) {
        this.format = format;
        codes = new SuperGroupCodes(a, format, UNIT, zmm(6), zmm(7));
        partSize = BlockFormat.SIZE / format.scaling().parts();
    }

    static byte[] assemble(SuperGroupFormat format) {
        return new SuperGroupRows(format).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, GroupRows.W)).mov(RESULTS, Mem.at(Gp.RDI, GroupRows.Y));
        a.mov(GROUPS_LEFT, Mem.at(Gp.RDI, GroupRows.GROUPS));
        codes.load();
        a.bind(group);
        a.emit(VPXOR, zmm(0), zmm(0), zmm(0));
        a.emit(VPXOR, zmm(1), zmm(1), zmm(1));
        a.mov(INPUT, Mem.at(Gp.RDI, GroupRows.Q)).mov(FACTOR, Mem.at(Gp.RDI, GroupRows.DX));
        a.mov(TERM, Mem.at(Gp.RDI, GroupRows.TERMS)).mov(LEFT, Mem.at(Gp.RDI, GroupRows.UNITS));
        a.align(64).bind(loop);
        codes.emit(this);
        int columns = format.unitColumns();
        a.add(UNIT, format.unitBytes()).add(INPUT, 2 * columns);
        a.add(FACTOR, 4 * (columns / BlockFormat.SIZE)).add(TERM, 4 * (columns / partSize));
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.emit(VADDPS, zmm(0), zmm(0), zmm(1));
        a.emit(VMOVUPS_STORE, Mem.at(RESULTS), zmm(0));
        a.add(RESULTS, format.line()).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
        codes.data();
        return a.finish();
    }

    private static Vec upper(int which) {
        return zmm(2 + 2 * which);
    }

    private static Vec lower(int which) {
        return zmm(3 + 2 * which);
    }

    @Override
    public void begin(int first, int second) {
        for (int which = 0; which < 2; which++) {
            a.emit(VPXOR, upper(which), upper(which), upper(which));
            if (format.isSix()) {
                a.emit(VPBROADCASTD, lower(which), Mem.at(TERM, 4L * (which == 0 ? first : second)));
            } else {
                a.emit(VPXOR, lower(which), lower(which), lower(which));
            }
        }
    }

    @Override
    public void codes(Vec four, int which, int element) {
        int at = element / BlockFormat.SIZE * 2 * BlockFormat.SIZE + element % BlockFormat.SIZE;
        multiply(upper(which), four, at, zmm(8 + 2 * which));
        multiply(lower(which), four, at + BlockFormat.SIZE, zmm(9 + 2 * which));
    }

    private void multiply(Vec sums, Vec four, int at, Vec activations) {
        a.emit(VPBROADCASTD, activations, Mem.at(INPUT, at));
        a.emit(VPDPBUSD, sums, four, activations);
    }

    @Override
    public void end(int first, int second) {
        scale(0, first);
        scale(1, second);
    }

    private void scale(int which, int part) {
        a.emit(VPSLLD, upper(which), upper(which), 8);
        a.emit(VPADDD, lower(which), lower(which), upper(which));
        a.emit(VCVTDQ2PS, lower(which), lower(which));
        codes.scale(part, SCALE);
        a.emit(VBROADCASTSS, WORK, Mem.at(FACTOR, 4L * (part * partSize / BlockFormat.SIZE)));
        a.emit(VMULPS, SCALE, SCALE, WORK);
        a.emit(VFMADD231PS, zmm(which), lower(which), SCALE);
        if (!format.isSix()) {
            codes.minimum(part, SCALE);
            a.emit(VBROADCASTSS, WORK, Mem.at(TERM, 4L * part));
            a.emit(VFNMADD231PS, zmm(which), SCALE, WORK);
        }
    }
}
