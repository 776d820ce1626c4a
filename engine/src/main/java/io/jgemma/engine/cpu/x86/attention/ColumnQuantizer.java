package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VDIVPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMINPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
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
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import java.util.function.IntConsumer;

/**
 * Rounds a matrix {@code v[rows][32 columns]} to two panels of bytes for {@code WidePanels} in which its columns are the rows:
 * transposed keys, and values. 32 rows of a column have one scale:
 *
 * <pre>
 * i = min(127 / max |v|, 2^127)     code = round(v i) + 128     dw = 1 / i
 * </pre>
 * A value that is not finite makes {@code dw} NaN, and with it all results of the column. Lanes are columns, so that neither the
 * maximum nor the order of a panel, four rows of a column side by side, asks for anything across lanes. Blocks become floats
 * twice ({@link TileFloats}), because 32 rows of them have no room in registers. AVX-512.
 *
 * <p>Registers: zmm0, zmm1 largest, then factors; zmm2, zmm3 poison, then dw; zmm4, zmm5 codes; zmm6 work; zmm10 to zmm15
 * constants; others as in {@link TileFloats}. RSI values, RAX scales, RDX and R8 bytes to the next row of each; RCX bytes from
 * panel to panel; R9 codes; R10 rows left; R12 32s of rows left; RBX and RBP where these began; R13 dw.
 */
final class ColumnQuantizer {

    /**
     * The argument block. Addresses: values, scales (F32), codes, dw; bytes: to the next row of values, of scales, from panel to
     * panel, to the next 32 rows of values, of scales; 32s of rows.
     */
    static final int V = 0;

    static final int SCALES = 8;
    static final int CODES = 16;
    static final int DW = 24;
    static final int ROW_BYTES = 32;
    static final int ROW_SCALES = 40;
    static final int PANEL_BYTES = 48;
    static final int GROUP_BYTES = 56;
    static final int GROUP_SCALES = 64;
    static final int GROUPS = 72;

    /** Rows with one scale. */
    static final int ROWS = BlockFormat.SIZE;

    /** What belongs to each code, which is unsigned. */
    static final int OFFSET = -128;

    private static final int ABREAST = 4;

    private static final Gp ARGS = Gp.RDI;
    private static final Gp FROM = Gp.RSI;
    private static final Gp SCALE = Gp.RAX;
    private static final Gp STEP = Gp.RDX;
    private static final Gp SCALE_STEP = Gp.R8;
    private static final Gp PANEL = Gp.RCX;
    private static final Gp TO = Gp.R9;
    private static final Gp ROWS_LEFT = Gp.R10;
    private static final Gp GROUPS_LEFT = Gp.R12;
    private static final Gp GROUP = Gp.RBX;
    private static final Gp GROUP_SCALE = Gp.RBP;
    private static final Gp FACTORS = Gp.R13;

    private static final Vec[] LARGEST = {zmm(0), zmm(1)};
    private static final Vec[] POISON = {zmm(2), zmm(3)};
    private static final Vec[] CODE = {zmm(4), zmm(5)};
    private static final Vec WORK = zmm(6);
    private static final Vec ZERO = zmm(10);
    private static final Vec MAGNITUDE = zmm(11);
    private static final Vec MOST = zmm(12);
    private static final Vec LIMIT = zmm(13);
    private static final Vec ONE = zmm(14);
    private static final Vec CENTRE = zmm(15);
    private static final int TAKEN = 16;

    private final Assembler a = new Assembler();
    private final TileFloats floats;
    private final Vec[] values;
    private final Label constants = a.label();

    private ColumnQuantizer(TileFloats.Kind kind) {
        floats = new TileFloats(a, kind, Width.ZMM, TileFloats.COLUMNS, TAKEN);
        values = new Vec[] {floats.floats(0), floats.floats(1)};
    }

    static byte[] assemble(TileFloats.Kind kind) {
        return new ColumnQuantizer(kind).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Frame frame = Frame.openVectors(a, GROUP, GROUP_SCALE, GROUPS_LEFT, FACTORS);
        load();
        a.bind(group);
        factors();
        codes();
        a.add(GROUP, Mem.at(ARGS, GROUP_BYTES)).add(GROUP_SCALE, Mem.at(ARGS, GROUP_SCALES));
        a.add(FACTORS, 64).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
        floats.data();
        a.bind(constants).word(Integer.MAX_VALUE);
        for (float constant : new float[] {127, 0x1p127f, 1, -OFFSET}) {
            a.word(Float.floatToRawIntBits(constant));
        }
        return a.finish();
    }

    private void load() {
        a.mov(GROUP, Mem.at(ARGS, V)).mov(GROUP_SCALE, Mem.at(ARGS, SCALES)).mov(TO, Mem.at(ARGS, CODES));
        a.mov(FACTORS, Mem.at(ARGS, DW)).mov(STEP, Mem.at(ARGS, ROW_BYTES)).mov(SCALE_STEP, Mem.at(ARGS, ROW_SCALES));
        a.mov(PANEL, Mem.at(ARGS, PANEL_BYTES)).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS));
        a.emit(VPXOR, ZERO, ZERO, ZERO);
        a.lea(FROM, Mem.at(constants));
        Vec[] all = {MAGNITUDE, MOST, LIMIT, ONE, CENTRE};
        for (int i = 0; i < all.length; i++) {
            a.emit(VBROADCASTSS, all[i], Mem.at(FROM, 4L * i));
        }
        floats.load();
    }

    /** Runs {@code row} for each of the 32 rows, four at a time, and {@code then} behind each four. */
    private void rows(IntConsumer row, Runnable then) {
        Label loop = a.label();
        a.mov(FROM, GROUP)
                .mov(SCALE, GROUP_SCALE)
                .mov(ROWS_LEFT, ROWS / ABREAST)
                .align(32)
                .bind(loop);
        for (int i = 0; i < ABREAST; i++) {
            floats.emit(Mem.at(FROM), Mem.at(SCALE), 0);
            floats.multiply();
            row.accept(i);
            a.add(FROM, STEP).add(SCALE, SCALE_STEP);
        }
        then.run();
        a.sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    private void factors() {
        for (int p = 0; p < 2; p++) {
            a.emit(VPXOR, LARGEST[p], ZERO, ZERO);
            a.emit(VPXOR, POISON[p], ZERO, ZERO);
        }
        rows(
                i -> {
                    for (int p = 0; p < 2; p++) {
                        a.emit(VFMADD231PS, POISON[p], values[p], ZERO);
                        a.emit(VPAND, WORK, values[p], MAGNITUDE);
                        a.emit(VMAXPS, LARGEST[p], LARGEST[p], WORK);
                    }
                },
                () -> {});
        for (int p = 0; p < 2; p++) {
            a.emit(VDIVPS, LARGEST[p], MOST, LARGEST[p]);
            a.emit(VMINPS, LARGEST[p], LARGEST[p], LIMIT);
            a.emit(VDIVPS, WORK, ONE, LARGEST[p]);
            a.emit(VADDPS, POISON[p], POISON[p], WORK);
            a.emit(VMOVUPS_STORE, panel(FACTORS, p), POISON[p]);
        }
    }

    private void codes() {
        rows(this::code, () -> {
            for (int p = 0; p < 2; p++) {
                a.emit(VMOVUPS_STORE, panel(TO, p), CODE[p]);
            }
            a.add(TO, 64);
        });
    }

    /** Row {@code i} of four, a byte of each lane. */
    private void code(int i) {
        for (int p = 0; p < 2; p++) {
            a.emit(VFMADD213PS, values[p], LARGEST[p], CENTRE);
            a.emit(VCVTPS2DQ, i == 0 ? CODE[p] : values[p], values[p]);
            if (i > 0) {
                a.emit(VPSLLD, values[p], values[p], Byte.SIZE * i);
                a.emit(VPADDD, CODE[p], CODE[p], values[p]);
            }
        }
    }

    private static Mem panel(Gp base, int p) {
        return p == 0 ? Mem.at(base) : Mem.at(base, PANEL, 1, 0);
    }
}
