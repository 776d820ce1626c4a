package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Groups of rows of weights ({@link GroupFormat}) times one row of activations, rounded to integers of 32 with one scale; formula and order of operations are those
 * of the panels.
 *
 * <p>A line of codes meets one broadcast of four activations a plane. For 32 columns of a group in nibbles and activations of 16 bits there are, with
 * {@code vpdpbusd}, 16 multiply-adds and 18 other operations: 17 cycles where two start per cycle, and 18 where (Zen 4, 512 bits) one multiplication
 * does. AVX2 has 16 multiplications, 14 additions, 4 operations that make sums of 32 bits and 18 others: 13 cycles for 144 bytes where four start per cycle (Zen 3), 18 where three do (Golden Cove), so 8 to 11 bytes per cycle, two to three times what memory gives a core. Bytes of weights (Q8_0), which
 * {@code vpmaddubsw} cannot multiply without losing high bits, AVX2 multiplies as words: 7 operations for 32 bytes.
 *
 * <p>Registers: 0 sums, 2 and 3 codes, then as {@link ByteSums} and {@link GroupCodes} have them. RSI
 * unit, RDX results, RCX groups left, R8 q, R9 dx, R10 s, R11 units left.
 */
public final class GroupRows {

    /** The argument block. Addresses: y, w, q, dx, s; counts: groups, whole units, blocks behind them. */
    public static final int Y = 0;

    public static final int W = 8;
    public static final int Q = 16;
    public static final int DX = 24;
    public static final int TERMS = 32;
    public static final int GROUPS = 40;
    public static final int UNITS = 48;
    public static final int REST = 56;

    private static final Gp UNIT = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp GROUPS_LEFT = Gp.RCX;
    private static final Gp INPUT = Gp.R8;
    private static final Gp FACTOR = Gp.R9;
    private static final Gp TERM = Gp.R10;
    private static final Gp LEFT = Gp.R11;

    private static final int FIRST_OF_SUMS = 4;

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final Isa isa;
    private final ActivationForm form;
    private final GroupCodes codes;
    private final ByteSums sums;
    private final boolean minima;
    private final Vec low;
    private final Vec high;

    private GroupRows(GroupFormat format, Isa isa, int bits) {
        this.format = format;
        this.isa = isa;
        form = format.form(isa, bits);
        sums = new ByteSums(a, isa, form, format, FIRST_OF_SUMS);
        codes = new GroupCodes(a, format, FIRST_OF_SUMS + ByteSums.REGISTERS);
        minima = format.blocks().hasMinimum();
        low = vector(2);
        high = vector(3);
    }

    static byte[] assemble(GroupFormat format, Isa isa, int bits) {
        return new GroupRows(format, isa, bits).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Label tail = a.label();
        Label store = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(UNIT, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(GROUPS_LEFT, Mem.at(Gp.RDI, GROUPS));
        codes.load();
        sums.load();
        a.bind(group);
        a.emit(VPXOR, vector(0), vector(0), vector(0));
        a.mov(INPUT, Mem.at(Gp.RDI, Q)).mov(FACTOR, Mem.at(Gp.RDI, DX)).mov(TERM, Mem.at(Gp.RDI, TERMS));
        a.mov(LEFT, Mem.at(Gp.RDI, UNITS)).test(LEFT, LEFT).jump(Condition.EQUAL, tail);
        a.align(64).bind(loop);
        if (isa.width() == Width.YMM) {
            // One row on 512-bit registers leaves room for the processor's own prefetching.
            new LinesAhead(a, UNIT, format.unitBytes()).prefetch(0, 1);
        }
        block(0);
        block(1);
        a.add(UNIT, format.unitBytes())
                .add(INPUT, 2 * form.bytes() * BlockFormat.SIZE)
                .add(FACTOR, 8)
                .add(TERM, 8);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(LEFT, Mem.at(Gp.RDI, REST)).test(LEFT, LEFT).jump(Condition.EQUAL, store);
        block(0);
        a.add(UNIT, format.unitBytes());
        a.bind(store);
        a.emit(VMOVUPS_STORE, Mem.at(RESULTS), vector(0));
        a.add(RESULTS, format.line()).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        frame.close();
        codes.data();
        sums.data();
        return a.finish();
    }

    private void block(int b) {
        int input = form.bytes() * BlockFormat.SIZE * b;
        if (form == ActivationForm.WORDS) {
            sums.begin(null);
            words(b, input);
        } else {
            sums.begin(minima ? null : Mem.at(TERM, 4L * b));
            codes.block(UNIT, b, low, high, (four, element) -> {
                Mem first = Mem.at(INPUT, input + (long) element);
                sums.add(four, first, form == ActivationForm.PLANES ? first.plus(BlockFormat.SIZE) : first);
            });
        }
        Vec products = sums.end();
        Vec scale = sums.products();
        Vec work = sums.activations();
        a.emit(VCVTPH2PS, scale, Mem.at(UNIT, format.scales(b)));
        a.emit(VBROADCASTSS, work, Mem.at(FACTOR, 4L * b));
        a.emit(VMULPS, products, products, scale);
        a.emit(VFMADD231PS, vector(0), products, work);
        if (minima) {
            a.emit(VCVTPH2PS, scale, Mem.at(UNIT, format.minima(b)));
            a.emit(VBROADCASTSS, work, Mem.at(TERM, 4L * b));
            a.emit(VFMADD231PS, vector(0), scale, work);
        }
    }

    /** Signed bytes become words where they lie: of each four the first and third, and the second and fourth. */
    private void words(int b, int input) {
        for (int i = 0; i < format.lines(); i++) {
            a.emit(VMOVUPS, low, codes.line(UNIT, b, i));
            a.emit(VPSLLW, high, low, Byte.SIZE);
            a.emit(VPSRAW, high, high, Byte.SIZE);
            a.emit(VPSRAW, low, low, Byte.SIZE);
            sums.addWords(high, Mem.at(INPUT, input + 8L * i));
            sums.addWords(low, Mem.at(INPUT, input + 8L * i + 4));
        }
    }

    private Vec vector(int number) {
        return isa.width().of(number);
    }
}
