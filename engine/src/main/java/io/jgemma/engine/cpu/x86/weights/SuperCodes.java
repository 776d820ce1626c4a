package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * Emits the codes of blocks of 256 weights ({@link SuperBlocks}) on 256-bit registers: 32 neighbouring ones at a time, a part, as unsigned
 * bytes. A block's bytes:
 *
 * <pre>
 * Q4_K   d dmin, 12 of scales, 4 x 32 nibbles of two parts
 * Q5_K   d dmin, 12 of scales, 32 with a bit for each part, 4 x 32 nibbles of two parts
 * Q6_K   2 x (64 nibbles, of parts 0 and 2, 1 and 3), 2 x (32 with two bits for each of four parts), 16 of scales, d
 * </pre>
 */
public final class SuperCodes {

    /** Elements of a part. */
    public static final int PART = 32;

    /** Parts of a block. */
    public static final int PARTS = 8;

    /** Where in a block of Q6_K the scales are. */
    public static final int SIX_SCALES = 192;

    /** Where in a block of Q6_K {@code d} is. */
    public static final int SIX_D = 208;

    private static final int BIT = 4;

    private final Assembler a;
    private final boolean five;
    private final boolean six;
    private final Vec nibbleMask;
    private final Vec bitMask;
    private final Label masks;

    /** Emits with masks in two registers, which {@link #load} fills. */
    public SuperCodes(Assembler assembler, QuantType type, Vec nibbleMask, Vec bitMask) {
        a = assembler;
        five = type.equals(QuantTypes.Q5_K);
        six = type.equals(QuantTypes.Q6_K);
        this.nibbleMask = nibbleMask;
        this.bitMask = bitMask;
        masks = a.label();
    }

    /** Emits the load of the masks; RAX changes. */
    public void load() {
        a.lea(Gp.RAX, Mem.at(masks));
        a.emit(VBROADCASTSS, nibbleMask, Mem.at(Gp.RAX));
        a.emit(VBROADCASTSS, bitMask, Mem.at(Gp.RAX, 4));
    }

    /** The masks' bytes, behind the code. */
    public void data() {
        a.alignData(4).bind(masks);
        a.word(0x0F0F0F0F).word(six ? 0x30303030 : 0x10101010);
    }

    /** Whether a part is the first whose upper bits are in the bytes that {@link #bits} loads. */
    boolean beginsBits(int part) {
        return (five && part == 0) || (six && part % 4 == 0);
    }

    /** Emits the load of the bytes with the upper bits of a part's codes, where the type has such. */
    public void bits(Mem block, int part, Vec to) {
        if (five) {
            a.emit(VMOVUPS, to, block.plus(16));
        } else if (six) {
            a.emit(VMOVUPS, to, block.plus(128 + 32L * (part / 4)));
        }
    }

    /** Emits the codes of a part; {@code bits} has what {@link #bits} loads, {@code work} changes. */
    public void codes(Mem block, int part, Vec to, Vec bits, Vec work) {
        if (six) {
            int quarter = part % 4;
            nibbles(block.plus(64L * (part / 4) + 32L * (quarter % 2)), quarter / 2 == 1, to);
            or(to, bits, 2 * quarter, work);
        } else {
            nibbles(block.plus((five ? 48 : 16) + 32L * (part / 2)), part % 2 == 1, to);
            if (five) {
                or(to, bits, part, work);
            }
        }
    }

    private void nibbles(Mem from, boolean high, Vec to) {
        if (high) {
            a.emit(VMOVUPS, to, from);
            a.emit(VPSRLW, to, to, 4);
            a.emit(VPAND, to, to, nibbleMask);
        } else {
            a.emit(VPAND, to, nibbleMask, from);
        }
    }

    /** Puts what begins with bit {@code from} of a byte above a nibble. */
    private void or(Vec to, Vec bits, int from, Vec work) {
        Vec moved = bits;
        if (from < BIT) {
            a.emit(VPSLLW, work, bits, BIT - from);
            moved = work;
        } else if (from > BIT) {
            a.emit(VPSRLW, work, bits, from - BIT);
            moved = work;
        }
        a.emit(VPAND, work, moved, bitMask);
        a.emit(VPOR, to, to, work);
    }
}
