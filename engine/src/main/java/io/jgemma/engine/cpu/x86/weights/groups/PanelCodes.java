package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Stores codes of a group in the order of a panel of 16 rows, of which a group of 8 fills half: bytes {@code [columns / 4][16 rows][4]} as they are, or words
 * {@code [columns / 2][16 rows][2]} with the offset added, of each four columns first and third, then second and fourth.
 */
final class PanelCodes {

    /** Bytes of a panel's line. */
    static final int LINE = 64;

    private final Assembler a;
    private final RowGroups format;
    private final boolean words;
    private final Gp to;
    private final Vec work;
    private final Vec offset;
    private final Vec low;
    private final Label constants;

    /** With the panel's address in a register, and three vectors: work and two for constants. */
    PanelCodes(Assembler a, RowGroups format, boolean words, Gp to, Vec work, Vec offset, Vec low) {
        this.a = a;
        this.format = format;
        this.words = words;
        this.to = to;
        this.work = work;
        this.offset = offset;
        this.low = low;
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        if (words) {
            a.lea(Gp.RAX, Mem.at(constants));
            a.emit(VPBROADCASTD, offset, Mem.at(Gp.RAX));
            a.emit(VPBROADCASTD, low, Mem.at(Gp.RAX, 4));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(4).bind(constants);
        a.word((format.codeOffset() & 0xFFFF) * 0x00010001).word(0x00FF00FF);
    }

    /** Bytes of so many columns of a panel. */
    int bytes(int columns) {
        return LINE * columns / (words ? 2 : 4);
    }

    /** Stores elements {@code element} to {@code element + 3} of each row; the codes change. */
    void store(Vec codes, int element) {
        if (!words) {
            a.emit(VMOVUPS_STORE, Mem.at(to, bytes(element)), codes);
            return;
        }
        a.emit(VPAND, work, codes, low);
        a.emit(VPSRLW, codes, codes, Byte.SIZE);
        if (format.codeOffset() != 0) {
            a.emit(VPADDW, work, work, offset);
            a.emit(VPADDW, codes, codes, offset);
        }
        a.emit(VMOVUPS_STORE, Mem.at(to, bytes(element)), work);
        a.emit(VMOVUPS_STORE, Mem.at(to, bytes(element) + (long) LINE), codes);
    }
}
