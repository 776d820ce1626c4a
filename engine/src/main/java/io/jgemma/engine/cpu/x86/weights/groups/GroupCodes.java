package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.function.IntFunction;

/**
 * Emits the codes of a block of a group's rows ({@link GroupFormat}) as unsigned bytes, signed ones with 128 added, four elements of each row
 * a register.
 *
 * <p>Registers, from a first one on: mask or sign, the fifth bit, fifth bits, work.
 */
final class GroupCodes {

    private final Assembler a;
    private final GroupFormat format;
    private final Vec mask;
    private final Vec bit;
    private final Vec fifth;
    private final Vec work;
    private final Label constants;

    /** What takes a register of codes of elements {@code element} to {@code element + 3} of each row. */
    interface Taker {
        void take(Vec codes, int element);
    }

    /** With registers from {@code first} on. */
    GroupCodes(Assembler a, GroupFormat format, int first) {
        this.a = a;
        this.format = format;
        mask = format.width().of(first);
        bit = format.width().of(first + 1);
        fifth = format.width().of(first + 2);
        work = format.width().of(first + 3);
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VPBROADCASTD, mask, Mem.at(Gp.RAX));
        if (format.blocks().hasFifthBits()) {
            a.emit(VPBROADCASTD, bit, Mem.at(Gp.RAX, 4));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(4).bind(constants);
        a.word(format.blocks().hasNibbles() ? 0x0F0F0F0F : 0x80808080).word(0x10101010);
    }

    /** A line of codes of block 0 or 1 of a unit, as they lie. */
    Mem line(Gp unit, int block, int index) {
        return Mem.at(unit, format.codes(block) + (long) format.line() * index);
    }

    /** The codes of block 0 or 1 of a unit, in {@code low} and {@code high} alternately. */
    void block(Gp unit, int block, Vec low, Vec high, Taker taker) {
        begin(unit, block);
        for (int i = 0; i < format.lines(); i++) {
            if (format.blocks().hasNibbles()) {
                nibbles(unit, block, i, low, high);
                taker.take(low, 4 * i);
                taker.take(high, 16 + 4 * i);
            } else {
                Vec codes = i % 2 == 0 ? low : high;
                bytes(unit, block, i, codes);
                taker.take(codes, 4 * i);
            }
        }
    }

    /** All codes of block 0 or 1 of a unit, those of elements {@code 4 i} on in register {@code i}. */
    void block(Gp unit, int block, IntFunction<Vec> to) {
        begin(unit, block);
        for (int i = 0; i < format.lines(); i++) {
            if (format.blocks().hasNibbles()) {
                nibbles(unit, block, i, to.apply(i), to.apply(4 + i));
            } else {
                bytes(unit, block, i, to.apply(i));
            }
        }
    }

    private void begin(Gp unit, int block) {
        if (format.blocks().hasFifthBits()) {
            a.emit(VMOVUPS, fifth, Mem.at(unit, format.fifthBits(block)));
        }
    }

    private void bytes(Gp unit, int block, int line, Vec codes) {
        a.emit(VPXOR, codes, mask, line(unit, block, line));
    }

    private void nibbles(Gp unit, int block, int line, Vec low, Vec high) {
        a.emit(VMOVUPS, low, line(unit, block, line));
        a.emit(VPSRLW, high, low, 4);
        a.emit(VPAND, low, low, mask);
        a.emit(VPAND, high, high, mask);
        fifthBits(low, line);
        fifthBits(high, 4 + line);
    }

    /** Adds 16 where the bit of an element is set, for elements {@code 4 four} on. */
    private void fifthBits(Vec codes, int four) {
        if (!format.blocks().hasFifthBits()) {
            return;
        }
        int up = 4 - four;
        if (up == 0) {
            a.emit(VPAND, work, fifth, bit);
        } else {
            a.emit(up > 0 ? VPSLLW : VPSRLW, work, fifth, Math.abs(up));
            a.emit(VPAND, work, work, bit);
        }
        a.emit(VPOR, codes, codes, work);
    }
}
