package io.jgemma.engine.cpu.x86.elements;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMINPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSUBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VRNDSCALEPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSCALEFPS;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Emits {@code e^x} for the lanes of a register.
 *
 * <pre>
 * e^x = 2^n e^r     n = round(x / ln 2)     r = x - n ln 2, at most 0.35     e^r by its series to r^7
 * </pre>
 * Below -105 the result is 0, above 89 infinity; of NaN it is NaN. {@code 2^n} is applied by {@code vscalefps}, or in two halves, so
 * that small results round like any float; multiplications that give less than the smallest normal float are slow. Constants are read from memory, so few registers are taken.
 */
public final class Exponential {

    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float[] CONSTANTS = {
        -105,
        89,
        (float) (1 / Math.log(2)),
        LN2_HIGH,
        (float) (Math.log(2) - LN2_HIGH),
        1,
        1 / 5040f,
        1 / 720f,
        1 / 120f,
        1 / 24f,
        1 / 6f,
        1 / 2f
    };
    private static final int LEAST = 0;
    private static final int MOST = 1;
    private static final int PER_LN2 = 2;
    private static final int LN2 = 3;
    private static final int LN2_REST = 4;
    private static final int ONE = 5;
    /** 1 / k! for k = 7 down to 2. */
    private static final int SERIES = 6;

    private final Assembler a;
    private final Gp table;
    private final Vec x;
    private final Vec n;
    private final Vec half;
    private final Vec e;
    private final boolean wide;
    private final Label constants;

    /** With the constants' address in {@code table}; {@code x}, {@code n} and {@code half} change, the result is in {@code e}. */
    public Exponential(Assembler a, Gp table, Vec x, Vec n, Vec half, Vec e) {
        this.a = a;
        this.table = table;
        this.x = x;
        this.n = n;
        this.half = half;
        this.e = e;
        wide = x.bits() == 512;
        constants = a.label();
    }

    /** Brings the constants' address into its register. */
    public void load() {
        a.lea(table, Mem.at(constants));
    }

    /** The constants' bytes, behind the code. */
    public void data() {
        a.alignData(x.bits() / 8).bind(constants);
        for (float constant : CONSTANTS) {
            for (int lane = 0; lane < x.bits() / Float.SIZE; lane++) {
                a.word(Float.floatToRawIntBits(constant));
            }
        }
    }

    /** Where all lanes are 1. */
    Mem one() {
        return constant(ONE);
    }

    private Mem constant(int index) {
        return Mem.at(table, (long) index * x.bits() / 8);
    }

    /** {@code e = e^x}. */
    public void emit() {
        // The second operand is what comes out where one is NaN.
        a.emit(VMOVUPS, n, constant(LEAST));
        a.emit(VMAXPS, x, n, x);
        a.emit(VMOVUPS, n, constant(MOST));
        a.emit(VMINPS, x, n, x);
        a.emit(VMULPS, n, x, constant(PER_LN2));
        round();
        a.emit(VFNMADD231PS, x, half, constant(LN2));
        a.emit(VFNMADD231PS, x, half, constant(LN2_REST));
        a.emit(VMOVUPS, e, constant(SERIES));
        for (int i = 1; i < 6; i++) {
            a.emit(VFMADD213PS, e, x, constant(SERIES + i));
        }
        a.emit(VFMADD213PS, e, x, constant(ONE));
        a.emit(VFMADD213PS, e, x, constant(ONE));
        scale();
    }

    /** The power of 2 as a float in {@code half}, and where that is needed as an integer in {@code n}. */
    private void round() {
        if (wide) {
            a.emit(VRNDSCALEPS, half, n, 0);
        } else {
            a.emit(VCVTPS2DQ, n, n);
            a.emit(VCVTDQ2PS, half, n);
        }
    }

    /** {@code e = e 2^n}. */
    private void scale() {
        if (wide) {
            a.emit(VSCALEFPS, e, e, half);
            return;
        }
        a.emit(VPSRAD, half, n, 1);
        a.emit(VPSUBD, n, n, half);
        power(half);
        power(n);
        a.emit(VMULPS, e, e, half);
        a.emit(VMULPS, e, e, n);
    }

    /** Small integers n become the floats 2^n. */
    private void power(Vec v) {
        a.emit(VPSLLD, v, v, 23);
        a.emit(VPADDD, v, v, constant(ONE));
    }
}
