package io.jgemma.engine.cpu.x86.assembler;

import static io.jgemma.engine.cpu.x86.assembler.Op.Form.RVM;

import org.jspecify.annotations.Nullable;

/**
 * Writes machine code for x86-64, one instruction a call, in the order and with the operand order of Intel's manuals
 * (destination first). Operands are checked: an instruction that does not exist is an {@link AssemblyException}, never
 * other bytes.
 *
 * <p>Integer instructions work on 64 bits unless their name ends in {@code 32}.
 */
public final class Assembler {

    private final CodeBytes code = new CodeBytes();
    private final VectorEncoder vectors = new VectorEncoder(code);

    /** Bytes so far. */
    public int size() {
        return code.size();
    }

    /** The code from the first instruction on; all labels must stand somewhere. */
    public byte[] finish() {
        return code.finish();
    }

    // Vector instructions

    /** {@code d = op(s)}: loads, conversions, broadcasts; or a store of {@code s} where {@code d} is memory. */
    public Assembler emit(Op op, Rm d, Rm s) {
        return emit(op, d, s, 0, false);
    }

    /** {@code d = op(a, b)}. */
    public Assembler emit(Op op, Vec d, Vec a, Rm b) {
        return emit(op, d, a, b, 0, false);
    }

    /** {@code d = op(s, immediate)}: shuffles of one register, shifts, stores of a part. */
    public Assembler emit(Op op, Rm d, Rm s, int immediate) {
        return emit(op, d, s, immediate, false);
    }

    /** {@code d = op(a, b, immediate)}. */
    public Assembler emit(Op op, Vec d, Vec a, Rm b, int immediate) {
        return emit(op, d, a, b, immediate, false);
    }

    /** As {@link #emit(Op, Rm, Rm, int)}; {@code evex} asks for that encoding where VEX would do. */
    public Assembler emit(Op op, Rm d, Rm s, int immediate, boolean evex) {
        switch (op.form()) {
            case RM -> {
                Vec reg = register(op, d);
                encode(op, reg, null, s, immediate, evex);
            }
            case MR -> {
                Vec reg = register(op, s);
                encode(op, reg, null, d, immediate, evex);
            }
            case VM -> {
                Vec target = register(op, d);
                Vec source = register(op, s);
                if (target.bits() != source.bits()) {
                    throw wrong(op, "registers of different widths");
                }
                vectors.encode(op, op.extension(), target.number(), source, target.bits(), immediate, evex);
            }
            case RVM -> throw wrong(op, "two operands");
        }
        return this;
    }

    /** As {@link #emit(Op, Vec, Vec, Rm, int)}; {@code evex} asks for that encoding where VEX would do. */
    public Assembler emit(Op op, Vec d, Vec a, Rm b, int immediate, boolean evex) {
        if (op.form() != RVM) {
            throw wrong(op, "three operands");
        }
        if (d.bits() != a.bits()) {
            throw wrong(op, "registers of different widths");
        }
        encode(op, d, a, b, immediate, evex);
        return this;
    }

    /** {@code d = op(a, b)}, where every lane of {@code b} is the four bytes at an address. EVEX. */
    public Assembler emitBroadcast(Op op, Vec d, Vec a, Mem four) {
        if (!op.takesBroadcast() || d.bits() != a.bits()) {
            throw wrong(op, "four bytes for all lanes, or registers of different widths");
        }
        vectors.encodeBroadcast(op, d.number(), a.number(), four, d.bits());
        return this;
    }

    private void encode(Op op, Vec reg, @Nullable Vec vvvv, Rm rm, int immediate, boolean evex) {
        int bits = reg.bits();
        if ((op.isScalar() && bits != 128) || (op.isWideOnly() && bits == 128)) {
            throw wrong(op, bits + " bits");
        }
        switch (rm) {
            case Gp _ -> {
                if (!op.movesGp()) {
                    throw wrong(op, "a general-purpose register");
                }
            }
            case Vec v -> {
                if (op.movesGp() || op.isMemoryOnly()) {
                    throw wrong(op, "a vector register in this place");
                }
                if (v.bits() != Math.max(128, 8 * op.rmBytes(bits))) {
                    throw wrong(op, v + " beside " + reg);
                }
            }
            case Mem _ -> {}
        }
        vectors.encode(op, reg.number(), vvvv == null ? 0 : vvvv.number(), rm, bits, immediate, evex);
    }

    private static Vec register(Op op, Rm rm) {
        if (rm instanceof Vec v) {
            return v;
        }
        throw wrong(op, "something else than a vector register as its register");
    }

    private static AssemblyException wrong(Op op, String what) {
        return new AssemblyException(op + " does not take " + what);
    }

    /** Clears the upper halves of all vector registers, without which older SSE code runs slowly. */
    public Assembler vzeroupper() {
        code.put8(0xC5);
        code.put8(0xF8);
        code.put8(0x77);
        return this;
    }

    /** Stores the low 128 bits of one of the first 16 registers; unlike {@link Op#VMOVUPS_STORE}, on any processor. */
    public Assembler movups(Mem d, Vec s) {
        return rex(0x0F11, legacy(s), d, false);
    }

    /** Loads the low 128 bits of one of the first 16 registers and leaves the others; on any processor. */
    public Assembler movups(Vec d, Mem s) {
        return rex(0x0F10, legacy(d), s, false);
    }

    private static int legacy(Vec v) {
        if (v.bits() != 128 || v.number() > 15) {
            throw new AssemblyException("movups does not take " + v);
        }
        return v.number();
    }

    // Integer instructions

    public Assembler mov(Gp d, Gp s) {
        return rex(0x8B, d.number(), s, true);
    }

    public Assembler mov(Gp d, Mem s) {
        return rex(0x8B, d.number(), s, true);
    }

    public Assembler mov(Mem d, Gp s) {
        return rex(0x89, s.number(), d, true);
    }

    public Assembler mov32(Gp d, Mem s) {
        return rex(0x8B, d.number(), s, false);
    }

    public Assembler mov32(Mem d, Gp s) {
        return rex(0x89, s.number(), d, false);
    }

    /** Any 64 bits, in the shortest of three forms. */
    public Assembler mov(Gp d, long value) {
        if (value == (value & 0xFFFF_FFFFL)) {
            plainRex(d, false);
            code.put8(0xB8 | (d.number() & 7));
            code.put32((int) value);
        } else if (value == (int) value) {
            rex(0xC7, 0, d, true);
            code.put32((int) value);
        } else {
            plainRex(d, true);
            code.put8(0xB8 | (d.number() & 7));
            code.put64(value);
        }
        return this;
    }

    /** Two bytes, zero-extended. */
    public Assembler movzx16(Gp d, Mem s) {
        return rex(0x0FB7, d.number(), s, false);
    }

    /** One byte, zero-extended. */
    public Assembler movzx8(Gp d, Mem s) {
        return rex(0x0FB6, d.number(), s, false);
    }

    /** The low two bytes of a register. */
    public Assembler mov16(Mem d, Gp s) {
        code.put8(0x66);
        return rex(0x89, s.number(), d, false);
    }

    public Assembler lea(Gp d, Mem s) {
        return rex(0x8D, d.number(), s, true);
    }

    public Assembler add(Gp d, Gp s) {
        return rex(0x03, d.number(), s, true);
    }

    public Assembler add(Gp d, Mem s) {
        return rex(0x03, d.number(), s, true);
    }

    public Assembler add(Gp d, int value) {
        return arithmetic(0, d, value);
    }

    public Assembler sub(Gp d, Gp s) {
        return rex(0x2B, d.number(), s, true);
    }

    public Assembler sub(Gp d, int value) {
        return arithmetic(5, d, value);
    }

    public Assembler and(Gp d, int value) {
        return arithmetic(4, d, value);
    }

    public Assembler cmp(Gp a, Gp b) {
        return rex(0x3B, a.number(), b, true);
    }

    public Assembler cmp(Gp a, Mem b) {
        return rex(0x3B, a.number(), b, true);
    }

    public Assembler cmp(Gp a, int value) {
        return arithmetic(7, a, value);
    }

    public Assembler test(Gp a, Gp b) {
        return rex(0x85, b.number(), a, true);
    }

    public Assembler xor32(Gp d, Gp s) {
        return rex(0x33, d.number(), s, false);
    }

    public Assembler imul(Gp d, Gp s) {
        return rex(0x0FAF, d.number(), s, true);
    }

    public Assembler imul(Gp d, Mem s) {
        return rex(0x0FAF, d.number(), s, true);
    }

    public Assembler shl(Gp d, int count) {
        return shift(4, d, count);
    }

    public Assembler shr(Gp d, int count) {
        return shift(5, d, count);
    }

    public Assembler push(Gp s) {
        plainRex(s, false);
        code.put8(0x50 | (s.number() & 7));
        return this;
    }

    public Assembler pop(Gp d) {
        plainRex(d, false);
        code.put8(0x58 | (d.number() & 7));
        return this;
    }

    public Assembler call(Gp target) {
        return rex(0xFF, 2, target, false);
    }

    /** Calls what stands at a label. */
    public Assembler call(Label target) {
        code.put8(0xE8);
        code.putDistance(target, 0);
        return this;
    }

    public Assembler ret() {
        code.put8(0xC3);
        return this;
    }

    public Assembler cpuid() {
        code.put8(0x0F);
        code.put8(0xA2);
        return this;
    }

    public Assembler xgetbv() {
        code.put8(0x0F);
        code.put8(0x01);
        code.put8(0xD0);
        return this;
    }

    /** Asks for a cache line, for all levels. A wrong address does no harm. */
    public Assembler prefetch(Mem m) {
        return rex(0x0F18, 1, m, false);
    }

    // Places

    public Label label() {
        return new Label();
    }

    /** Names this place. */
    public Assembler bind(Label label) {
        label.bind(code.size());
        return this;
    }

    /** Jumps: backwards in the short form where that reaches, forwards always in the near form. */
    public Assembler jump(Label target) {
        return jump(0xEB, new int[] {0xE9}, target);
    }

    public Assembler jump(Condition condition, Label target) {
        return jump(0x70 | condition.code(), new int[] {0x0F, 0x80 | condition.code()}, target);
    }

    private Assembler jump(int shortOpcode, int[] nearOpcode, Label target) {
        if (target.isBound()) {
            int distance = target.position() - (code.size() + 2);
            if (distance == (byte) distance) {
                code.put8(shortOpcode);
                code.put8(distance);
                return this;
            }
        }
        for (int b : nearOpcode) {
            code.put8(b);
        }
        code.putDistance(target, 0);
        return this;
    }

    /** Goes on at a multiple of {@code bytes}, over bytes that are never run: put it after a jump or a return. */
    public Assembler alignData(int bytes) {
        while (code.size() % bytes != 0) {
            code.put8(0xCC);
        }
        return this;
    }

    /** Goes on at a multiple of {@code bytes}, over instructions that do nothing. */
    public Assembler align(int bytes) {
        while (code.size() % bytes != 0) {
            code.put8(0x90);
        }
        return this;
    }

    /** Bytes as they are. */
    public Assembler data(byte... bytes) {
        for (byte b : bytes) {
            code.put8(b);
        }
        return this;
    }

    /** 32 bits. */
    public Assembler word(int value) {
        return data((byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24));
    }

    private Assembler arithmetic(int extension, Gp d, int value) {
        boolean small = value == (byte) value;
        rex(small ? 0x83 : 0x81, extension, d, true);
        if (small) {
            code.put8(value);
        } else {
            code.put32(value);
        }
        return this;
    }

    private Assembler shift(int extension, Gp d, int count) {
        if (count < 1 || count > 63) {
            throw new AssemblyException("a shift by " + count + " bits is none");
        }
        rex(0xC1, extension, d, true);
        code.put8(count);
        return this;
    }

    /** An optional REX prefix, an opcode of one byte or of {@code 0F} and one more, ModRM. */
    private Assembler rex(int opcode, int reg, Rm rm, boolean wide) {
        int b = 0;
        int x = 0;
        if (rm instanceof Gp g) {
            b = g.number() >> 3;
        } else if (rm instanceof Mem m) {
            b = m.base() != null ? m.base().number() >> 3 : 0;
            x = m.index() != null ? m.index().number() >> 3 : 0;
        }
        int prefix = (wide ? 8 : 0) | (reg >> 3 << 2) | (x << 1) | b;
        if (prefix != 0) {
            code.put8(0x40 | prefix);
        }
        if (opcode > 0xFF) {
            code.put8(opcode >> 8);
        }
        code.put8(opcode & 0xFF);
        VectorEncoder.modRm(code, reg, rm, 0, 1);
        return this;
    }

    private void plainRex(Gp register, boolean wide) {
        int prefix = (wide ? 8 : 0) | (register.number() >> 3);
        if (prefix != 0) {
            code.put8(0x40 | prefix);
        }
    }
}
