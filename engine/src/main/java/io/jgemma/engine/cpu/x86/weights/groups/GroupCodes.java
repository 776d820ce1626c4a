package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMINUB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Emits the codes of a block of 16 rows ({@link GroupFormat}) as unsigned bytes, signed ones with 128 added, four elements of each row
 * a register. AVX-512.
 *
 * <p>Registers: zmm16 mask or sign, zmm17 ones, zmm18 fifth bits, zmm19 work, zmm20 to zmm25 which byte of the fifth bits a line
 * wants and which bits of it.
 */
final class GroupCodes {

    private static final Vec MASK = zmm(16);
    private static final Vec ONES = zmm(17);
    private static final Vec FIFTH = zmm(18);
    private static final Vec WORK = zmm(19);

    /** Fifth bits: the byte, 0 to 3, of each row's four. */
    private static final int BYTE_OF = 20;

    /** Fifth bits: bits 0 to 3 of a byte for the row's four elements, and bits 4 to 7. */
    private static final int BITS_OF = 24;

    private final Assembler a;
    private final GroupFormat format;
    private final Label constants;

    /** What takes a register of codes of elements {@code element} to {@code element + 3} of each row. */
    interface Taker {
        void take(Vec codes, int element);
    }

    GroupCodes(Assembler a, GroupFormat format) {
        this.a = a;
        this.format = format;
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VMOVUPS, MASK, Mem.at(Gp.RAX));
        if (format.blocks().hasFifthBits()) {
            a.emit(VMOVUPS, ONES, Mem.at(Gp.RAX, 64));
            for (int i = 0; i < 6; i++) {
                a.emit(VMOVUPS, zmm(BYTE_OF + i), Mem.at(Gp.RAX, 128 + 64L * i));
            }
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(64).bind(constants);
        line(format.blocks().hasNibbles() ? 0x0F0F0F0F : 0x80808080, 0);
        if (format.blocks().hasFifthBits()) {
            line(0x01010101, 0);
            for (int b = 0; b < 4; b++) {
                line(0x01010101 * b, 0x04040404);
            }
            line(0x08040201, 0);
            line(0x80402010, 0);
        }
    }

    /** Sixteen words, those of a lane of 128 bits {@code step} from each other. */
    private void line(int word, int step) {
        for (int i = 0; i < GroupFormat.ROWS; i++) {
            a.word(word + i % 4 * step);
        }
    }

    /** The codes of block 0 or 1 of a unit, in {@code low} and {@code high} by turns. */
    void block(Gp unit, int block, Vec low, Vec high, Taker taker) {
        BlockFormat blocks = format.blocks();
        if (blocks.hasFifthBits()) {
            a.emit(VMOVUPS, FIFTH, Mem.at(unit, format.fifthBits(block)));
        }
        for (int i = 0; i < format.lines(); i++) {
            Mem line = Mem.at(unit, format.codes(block) + (long) GroupFormat.LINE * i);
            if (!blocks.hasNibbles()) {
                Vec codes = i % 2 == 0 ? low : high;
                a.emit(VPXOR, codes, MASK, line);
                taker.take(codes, 4 * i);
                continue;
            }
            a.emit(VMOVUPS, low, line);
            a.emit(VPSRLW, high, low, 4);
            a.emit(VPAND, low, low, MASK);
            a.emit(VPAND, high, high, MASK);
            fifthBits(low, i);
            fifthBits(high, 4 + i);
            taker.take(low, 4 * i);
            taker.take(high, 16 + 4 * i);
        }
    }

    /** Adds 16 where the bit of an element is set, for elements {@code 4 four} on. */
    private void fifthBits(Vec codes, int four) {
        if (format.blocks().hasFifthBits()) {
            a.emit(VPSHUFB, WORK, FIFTH, zmm(BYTE_OF + four / 2));
            a.emit(VPAND, WORK, WORK, zmm(BITS_OF + four % 2));
            a.emit(VPMINUB, WORK, WORK, ONES);
            a.emit(VPSLLW, WORK, WORK, 4);
            a.emit(VPOR, codes, codes, WORK);
        }
    }
}
