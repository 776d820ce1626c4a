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
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Emits the codes and factors of a unit of {@link SuperGroupFormat}. What has a factor of its own, 32 elements or with Q6_K 16, is a part; parts come
 * in pairs whose codes share bytes, and codes as unsigned bytes, four elements of each row a register. AVX-512.
 *
 * <p>Registers: zmm22 to zmm24 masks; zmm25 work; zmm26 {@code d}, zmm27 {@code dmin}; zmm28 to zmm31 four scales of
 * each row, or two times four and then their minima.
 */
final class SuperGroupCodes {

    /** What takes the codes. */
    interface Sink {

        /** Begins two parts. */
        void begin(int first, int second);

        /**
         * Four elements of a part.
         *
         * @param which 0 for the first of the pair, 1 for the second
         * @param element the first of the four, counted within the unit
         */
        void codes(Vec codes, int which, int element);

        /** Ends two parts. */
        void end(int first, int second);
    }

    private static final Vec NIBBLES = zmm(22);
    private static final Vec HIGH_BITS = zmm(23);
    private static final Vec BYTE = zmm(24);
    private static final Vec WORK = zmm(25);
    private static final Vec D = zmm(26);
    private static final Vec D_MINIMUM = zmm(27);
    private static final int SCALES = 28;
    private static final int MINIMA = 30;

    // Words of a block, as in the file.
    private static final int FIFTH_BITS = 4;
    private static final int SIX_HIGH = 32;
    private static final int SIX_SCALES = 48;

    private final Assembler a;
    private final SuperGroupFormat format;
    private final boolean six;
    private final boolean five;
    private final Gp unit;
    private final Vec low;
    private final Vec high;
    private final Label constants;
    private final Label topBits;

    /** With the unit's address in a register; {@code low} and {@code high} have codes alternately. */
    SuperGroupCodes(Assembler a, SuperGroupFormat format, Gp unit, Vec low, Vec high) {
        this.a = a;
        this.format = format;
        this.unit = unit;
        this.low = low;
        this.high = high;
        six = format.isSix();
        five = format.isFive();
        constants = a.label();
        topBits = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        Vec[] all = {NIBBLES, HIGH_BITS, BYTE};
        for (int i = 0; i < all.length; i++) {
            a.emit(VPBROADCASTD, all[i], Mem.at(Gp.RAX, 4L * i));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(4).bind(constants);
        a.word(0x0F0F0F0F).word(six ? 0x30303030 : 0x10101010).word(0xFF);
        a.bind(topBits).word(0x30303030);
    }

    private Mem word(int index) {
        return Mem.at(unit, (long) format.line() * format.line(index));
    }

    /** Reads lines one after the other that are wanted by and by: memory is quick only where first reads are in order. */
    private void touch(int firstWord) {
        for (int i = 0; i < 8; i++) {
            a.emit(VMOVUPS, WORK, word(firstWord + i));
        }
    }

    /** A whole unit. */
    void emit(Sink sink) {
        if (six) {
            a.emit(VCVTPH2PS, D, Mem.at(unit));
            for (int i = 0; i < 4; i++) {
                a.emit(VMOVUPS, zmm(SCALES + i), word(SIX_SCALES + i));
            }
            for (int half = 0; half < 2; half++) {
                touch(SIX_HIGH + 8 * half);
                for (int i = 0; i < 4; i++) {
                    six(half, i, sink);
                }
            }
        } else {
            factors();
            if (five) {
                touch(FIFTH_BITS);
            }
            for (int i = 0; i < 4; i++) {
                fourOrFive(i, sink);
            }
        }
    }

    /** {@code d} and {@code dmin}, and of the 12 bytes of 6-bit numbers the scales and minima as bytes. */
    private void factors() {
        a.emit(VCVTPH2PS, D, Mem.at(unit));
        a.emit(VCVTPH2PS, D_MINIMUM, Mem.at(unit, format.minima()));
        a.emit(VPBROADCASTD, high, Mem.at(topBits));
        sixBits(zmm(SCALES), word(1));
        sixBits(zmm(MINIMA), word(2));
        a.emit(VMOVUPS, WORK, word(3));
        a.emit(VPAND, low, WORK, NIBBLES);
        a.emit(VPOR, zmm(SCALES + 1), zmm(SCALES + 1), low);
        a.emit(VPSRLW, WORK, WORK, 4);
        a.emit(VPAND, WORK, WORK, NIBBLES);
        a.emit(VPOR, zmm(MINIMA + 1), zmm(MINIMA + 1), WORK);
    }

    /** The low six bits of four bytes, and in the next register the upper two as bits 4 and 5, which {@code high} masks. */
    private void sixBits(Vec to, Mem from) {
        Vec next = zmm(to.number() + 1);
        a.emit(VMOVUPS, WORK, from);
        a.emit(VPSRLW, next, WORK, 2);
        a.emit(VPAND, next, next, high);
        a.emit(VPOR, low, NIBBLES, high);
        a.emit(VPAND, to, WORK, low);
    }

    /** {@code to = d s} of a part. */
    void scale(int part, Vec to) {
        Vec four = zmm(SCALES + part / 4);
        if (six) {
            a.emit(VPSLLD, to, four, 24 - 8 * (part % 4));
            a.emit(VPSRAD, to, to, 24);
            a.emit(VCVTDQ2PS, to, to);
        } else {
            unsigned(to, four, part % 4);
        }
        a.emit(VMULPS, to, to, D);
    }

    /** {@code to = dmin m} of a part. */
    void minimum(int part, Vec to) {
        unsigned(to, zmm(MINIMA + part / 4), part % 4);
        a.emit(VMULPS, to, to, D_MINIMUM);
    }

    private void unsigned(Vec to, Vec four, int index) {
        if (index > 0) {
            a.emit(VPSRLD, to, four, 8 * index);
            a.emit(VPAND, to, to, BYTE);
        } else {
            a.emit(VPAND, to, four, BYTE);
        }
        a.emit(VCVTDQ2PS, to, to);
    }

    /** Parts {@code 2 i} and {@code 2 i + 1}: low and high nibbles of 32 bytes. */
    private void fourOrFive(int i, Sink sink) {
        sink.begin(2 * i, 2 * i + 1);
        int first = FIFTH_BITS + (five ? 8 : 0) + 8 * i;
        for (int j = 0; j < 8; j++) {
            nibbles(word(first + j));
            if (five) {
                highBits(low, word(FIFTH_BITS + j), 4 - 2 * i);
            }
            sink.codes(low, 0, 64 * i + 4 * j);
            if (five) {
                highBits(high, word(FIFTH_BITS + j), 3 - 2 * i);
            }
            sink.codes(high, 1, 64 * i + 32 + 4 * j);
        }
        sink.end(2 * i, 2 * i + 1);
    }

    /** Of 128 elements part {@code i}, and that 64 elements further on. */
    private void six(int half, int i, Sink sink) {
        int part = 8 * half + i;
        sink.begin(part, part + 4);
        for (int j = 0; j < 4; j++) {
            Mem bits = word(SIX_HIGH + 8 * half + i % 2 * 4 + j);
            int down = i / 2 * 2;
            nibbles(word(16 * half + 4 * i + j));
            highBits(low, bits, 4 - down);
            sink.codes(low, 0, 16 * part + 4 * j);
            highBits(high, bits, -down);
            sink.codes(high, 1, 16 * part + 64 + 4 * j);
        }
        sink.end(part, part + 4);
    }

    private void nibbles(Mem from) {
        a.emit(VMOVUPS, low, from);
        a.emit(VPSRLW, high, low, 4);
        a.emit(VPAND, low, low, NIBBLES);
        a.emit(VPAND, high, high, NIBBLES);
    }

    /** Adds bits, shifted up or down, to codes. */
    private void highBits(Vec codes, Mem bits, int up) {
        if (up == 0) {
            a.emit(VPAND, WORK, HIGH_BITS, bits);
        } else {
            a.emit(VMOVUPS, WORK, bits);
            a.emit(up > 0 ? VPSLLW : VPSRLW, WORK, WORK, Math.abs(up));
            a.emit(VPAND, WORK, WORK, HIGH_BITS);
        }
        a.emit(VPOR, codes, codes, WORK);
    }
}
