package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Emits the codes and factors of a unit of {@link SuperGroupFormat} for registers of 256 bits, part after part: 32 elements with a factor of their own, or
 * with Q6_K 16. Codes are unsigned bytes, four elements of each row a register. With 16 registers there is no room for two parts that share bytes, as {@link
 * SuperGroupCodes} has them, so lines are read twice; the second time they are in the first-level cache.
 *
 * <p>Registers, from a first one on: nibbles' mask, high bits' mask, work, {@code d}, {@code dmin}.
 */
final class NarrowSuperCodes {

    /** How many registers are used. */
    static final int REGISTERS = 5;

    // Words of a block, as in the file.
    private static final int FIFTH_BITS = 4;
    private static final int SIX_HIGH = 32;
    private static final int SIX_SCALES = 48;

    private final Assembler a;
    private final SuperGroupFormat format;
    private final Gp unit;
    private final Vec nibbles;
    private final Vec highBits;
    private final Vec work;
    private final Vec d;
    private final Vec dMinimum;
    private final Label constants;
    private final Label sixBits;
    private final Label fourBits;
    private final Label topBits;

    /** What takes a register of codes of elements {@code element} to {@code element + 3} of each row, counted within the unit. */
    interface Taker {
        void take(Vec codes, int element);
    }

    /** With the unit's address in a register, and vectors from {@code first} on. */
    NarrowSuperCodes(Assembler a, SuperGroupFormat format, Gp unit, int first) {
        this.a = a;
        this.format = format;
        this.unit = unit;
        nibbles = format.width().of(first);
        highBits = format.width().of(first + 1);
        work = format.width().of(first + 2);
        d = format.width().of(first + 3);
        dMinimum = format.width().of(first + 4);
        constants = a.label();
        sixBits = a.label();
        fourBits = a.label();
        topBits = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VPBROADCASTD, nibbles, Mem.at(Gp.RAX));
        a.emit(VPBROADCASTD, highBits, Mem.at(Gp.RAX, 4));
    }

    /** The constants' bytes, behind the code. */
    void data() {
        line(sixBits, 0x3F);
        line(fourBits, 0x0F);
        line(topBits, 0x30);
        a.bind(constants).word(0x0F0F0F0F).word(format.isSix() ? 0x30303030 : 0x10101010);
    }

    private void line(Label label, int word) {
        a.alignData(format.line()).bind(label);
        for (int i = 0; i < format.rows(); i++) {
            a.word(word);
        }
    }

    /** Parts of a unit. */
    int parts() {
        return format.unitColumns() / partSize();
    }

    /** Elements of a part. */
    int partSize() {
        return format.isSix() ? 16 : 32;
    }

    private Mem word(int index) {
        return Mem.at(unit, (long) format.line() * format.line(index));
    }

    /** Loads the factors of a unit's blocks. */
    void begin() {
        a.emit(VCVTPH2PS, d, Mem.at(unit));
        if (!format.isSix()) {
            a.emit(VCVTPH2PS, dMinimum, Mem.at(unit, format.minima()));
        }
    }

    /** The codes of a part, each in {@code codes}. */
    void part(int part, Vec codes, Taker taker) {
        for (int j = 0; j < partSize() / 4; j++) {
            if (format.isSix()) {
                int quarter = part % 8 / 2;
                int four = 4 * (part % 2) + j;
                nibbles(codes, word(16 * (part / 8) + 8 * (quarter % 2) + four), quarter / 2);
                highBits(codes, word(SIX_HIGH + 8 * (part / 8) + four), 4 - 2 * quarter);
            } else {
                nibbles(codes, word(FIFTH_BITS + (format.isFive() ? 8 : 0) + part / 2 * 8 + j), part % 2);
                if (format.isFive()) {
                    highBits(codes, word(FIFTH_BITS + j), 4 - part);
                }
            }
            taker.take(codes, partSize() * part + 4 * j);
        }
    }

    private void nibbles(Vec codes, Mem from, int high) {
        if (high == 0) {
            a.emit(VPAND, codes, nibbles, from);
        } else {
            a.emit(VMOVUPS, codes, from);
            a.emit(VPSRLW, codes, codes, 4);
            a.emit(VPAND, codes, codes, nibbles);
        }
    }

    /** Adds bits, shifted up or down, to codes. */
    private void highBits(Vec codes, Mem bits, int up) {
        if (up == 0) {
            a.emit(VPAND, work, highBits, bits);
        } else {
            a.emit(VMOVUPS, work, bits);
            a.emit(up > 0 ? VPSLLW : VPSRLW, work, work, Math.abs(up));
            a.emit(VPAND, work, work, highBits);
        }
        a.emit(VPOR, codes, codes, work);
    }

    /** {@code to = d s} of a part. */
    void scale(int part, Vec to) {
        if (format.isSix()) {
            a.emit(VMOVUPS, to, word(SIX_SCALES + part / 4));
            if (part % 4 < 3) {
                a.emit(VPSLLD, to, to, 24 - 8 * (part % 4));
            }
            a.emit(VPSRAD, to, to, 24);
        } else {
            sixBits(part, 1, 0, to);
        }
        a.emit(VCVTDQ2PS, to, to);
        a.emit(VMULPS, to, to, d);
    }

    /** {@code to = dmin m} of a part. */
    void minimum(int part, Vec to) {
        sixBits(part, 2, 4, to);
        a.emit(VCVTDQ2PS, to, to);
        a.emit(VMULPS, to, to, dMinimum);
    }

    /** A number of six bits: of the first four parts those of a byte of a word, of the others four bits of word 3, and above them the upper two of that byte. */
    private void sixBits(int part, int word, int nibble, Vec to) {
        int byteBits = 8 * (part % 4);
        if (part < 4) {
            down(to, word(word), byteBits, sixBits);
        } else {
            down(to, word(3), byteBits + nibble, fourBits);
            down(work, word(word), byteBits + 2, topBits);
            a.emit(VPOR, to, to, work);
        }
    }

    private void down(Vec to, Mem from, int bits, Label mask) {
        a.emit(VMOVUPS, to, from);
        if (bits > 0) {
            a.emit(VPSRLD, to, to, bits);
        }
        a.emit(VPAND, to, to, Mem.at(mask));
    }
}
