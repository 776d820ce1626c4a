package io.jgemma.engine.cpu.x86.assembler;

/**
 * Vector instructions as bytes. VEX where registers 0 to 15 of at most 256 bits are used, EVEX (no mask)
 * otherwise or where asked for.
 *
 * <pre>
 * VEX, 2 bytes   C5  R' vvvv' L pp                                   only where X, B, W are not needed and the map is 0F
 * VEX, 3 bytes   C4  R'X'B' mmmmm   W vvvv' L pp
 * EVEX           62  R'X'B'R2' 0mmm   W vvvv' 1 pp   z LL b V2' aaa  R2, X, V2: fifth bits of reg, rm, vvvv; b: four bytes of memory for all lanes
 * </pre>
 * (a prime marks bits stored inverted), then the opcode, ModRM, SIB, displacement and an immediate byte. With EVEX, a
 * displacement of one byte counts in units of the memory operand's size.
 */
final class VectorEncoder {

    private static final int ESCAPE_SIB = 4;

    private final CodeBytes code;

    VectorEncoder(CodeBytes code) {
        this.code = code;
    }

    /** The fields of one instruction: {@code reg} and {@code vvvv} as numbers, the third operand, the widest register. */
    private record Fields(Op op, int reg, int vvvv, Rm rm, int bits, boolean evex, boolean broadcast) {}

    /** Encodes an instruction whose operands {@link Assembler} has checked. */
    void encode(Op op, int reg, int vvvv, Rm rm, int bits, int immediate, boolean preferEvex) {
        int rmNumber = rm instanceof Vec v ? v.number() : 0;
        boolean evex = preferEvex || op.isEvexOnly() || bits > 256 || reg > 15 || vvvv > 15 || rmNumber > 15;
        if (evex && !op.hasEvex()) {
            throw new AssemblyException(op + " has no form for 512 bits or registers above 15");
        }
        Fields f = new Fields(op, reg, vvvv, rm, bits, evex, false);
        if (evex) {
            evexPrefix(f);
        } else {
            vexPrefix(f);
        }
        code.put8(op.opcode());
        boolean hasImmediate = op.hasImmediate();
        modRm(code, reg, rm, hasImmediate ? 1 : 0, evex ? op.rmBytes(bits) : 1);
        if (hasImmediate) {
            if (immediate < 0 || immediate > 255) {
                throw new AssemblyException("the immediate of " + op + " is a byte, not " + immediate);
            }
            code.put8(immediate);
        }
    }

    /** Encodes an instruction whose last operand is four bytes of memory, for all lanes. */
    void encodeBroadcast(Op op, int reg, int vvvv, Mem four, int bits) {
        evexPrefix(new Fields(op, reg, vvvv, four, bits, true, true));
        code.put8(op.opcode());
        modRm(code, reg, four, 0, Integer.BYTES);
    }

    private void vexPrefix(Fields f) {
        int r = (f.reg >> 3) & 1;
        int x = indexBit(f.rm);
        int b = baseBit(f.rm);
        int last =
                ((~f.vvvv & 15) << 3) | (f.bits == 256 ? 4 : 0) | f.op.prefix().code();
        if (x == 0 && b == 0 && f.op.map() == 1) {
            code.put8(0xC5);
            code.put8(((r ^ 1) << 7) | last);
        } else {
            code.put8(0xC4);
            code.put8(((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | f.op.map());
            code.put8(last);
        }
    }

    private void evexPrefix(Fields f) {
        int r = (f.reg >> 3) & 1;
        int r2 = (f.reg >> 4) & 1;
        int x = f.rm instanceof Vec v ? (v.number() >> 4) & 1 : indexBit(f.rm);
        int b = baseBit(f.rm);
        int v2 = (f.vvvv >> 4) & 1;
        int length = f.bits == 512 ? 2 : f.bits == 256 ? 1 : 0;
        code.put8(0x62);
        code.put8(((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | ((r2 ^ 1) << 4) | f.op.map());
        code.put8(((~f.vvvv & 15) << 3) | 4 | f.op.prefix().code());
        code.put8((length << 5) | (f.broadcast ? 0x10 : 0) | ((v2 ^ 1) << 3));
    }

    private static int indexBit(Rm rm) {
        return rm instanceof Mem m && m.index() != null ? m.index().number() >> 3 : 0;
    }

    private static int baseBit(Rm rm) {
        return switch (rm) {
            case Gp g -> g.number() >> 3;
            case Vec v -> (v.number() >> 3) & 1;
            case Mem m -> m.base() != null ? m.base().number() >> 3 : 0;
        };
    }

    /**
     * ModRM, SIB and displacement.
     *
     * @param after bytes of immediate that follow, which an address relative to the code must know
     * @param unit what a displacement of one byte is multiplied with
     */
    static void modRm(CodeBytes code, int reg, Rm rm, int after, int unit) {
        int field = (reg & 7) << 3;
        switch (rm) {
            case Gp g -> code.put8(0xC0 | field | (g.number() & 7));
            case Vec v -> code.put8(0xC0 | field | (v.number() & 7));
            case Mem m -> {
                Gp base = m.base();
                if (base == null) {
                    label(code, field, m, after);
                } else {
                    based(code, field, m, base, unit);
                }
            }
        }
    }

    private static void label(CodeBytes code, int field, Mem m, int after) {
        Label label = m.label();
        if (label == null || m.displacement() != 0) {
            throw new AssemblyException("memory at a label has no displacement");
        }
        code.put8(field | 5);
        code.putDistance(label, after);
    }

    private static void based(CodeBytes code, int field, Mem m, Gp base, int unit) {
        int displacement = m.displacement();
        int low = base.number() & 7;
        // RBP and R13 as a base have no form without displacement.
        int mode = displacement == 0 && low != 5 ? 0 : fitsByte(displacement, unit) ? 1 : 2;
        Gp index = m.index();
        if (index == null && low != ESCAPE_SIB) {
            code.put8((mode << 6) | field | low);
        } else {
            code.put8((mode << 6) | field | ESCAPE_SIB);
            int scale = Integer.numberOfTrailingZeros(m.scale());
            code.put8((scale << 6) | ((index == null ? ESCAPE_SIB : (index.number() & 7)) << 3) | low);
        }
        if (mode == 1) {
            code.put8(displacement / unit);
        } else if (mode == 2) {
            code.put32(displacement);
        }
    }

    private static boolean fitsByte(int displacement, int unit) {
        return displacement % unit == 0 && displacement / unit == (byte) (displacement / unit);
    }
}
