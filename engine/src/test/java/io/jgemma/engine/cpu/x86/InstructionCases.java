package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.assembler.Gp.R12;
import static io.jgemma.engine.cpu.x86.assembler.Gp.R13;
import static io.jgemma.engine.cpu.x86.assembler.Gp.R14;
import static io.jgemma.engine.cpu.x86.assembler.Gp.R9;
import static io.jgemma.engine.cpu.x86.assembler.Gp.RAX;
import static io.jgemma.engine.cpu.x86.assembler.Gp.RBP;
import static io.jgemma.engine.cpu.x86.assembler.Gp.RCX;
import static io.jgemma.engine.cpu.x86.assembler.Gp.RDI;
import static io.jgemma.engine.cpu.x86.assembler.Gp.RSP;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Rm;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** Every instruction with many operands: as text for GNU as (Intel syntax) and as bytes of our own assembler. */
final class InstructionCases {

    record Case(String text, byte[] code) {}

    private static final int IMMEDIATE = 0x31;

    private static final List<Mem> MEMORY = List.of(
            Mem.at(RAX),
            Mem.at(RSP, 8),
            Mem.at(RBP),
            Mem.at(R12, 64),
            Mem.at(R13),
            Mem.at(RDI, 127),
            Mem.at(RDI, 128),
            Mem.at(RCX, -4096),
            Mem.at(RAX, RCX, 4, 0),
            Mem.at(R9, R14, 8, 256),
            Mem.at(RBP, RDI, 1, -32),
            Mem.at(R13, R12, 2, 0x12345));

    private final List<Case> cases = new ArrayList<>();

    private InstructionCases() {}

    static List<Case> all() {
        InstructionCases made = new InstructionCases();
        for (Op op : Op.values()) {
            made.vector(op);
        }
        made.integer();
        return made.cases;
    }

    private void vector(Op op) {
        int[][] numbers = {{1, 2, 3}, {9, 2, 3}, {1, 10, 3}, {1, 2, 11}, {15, 14, 13}};
        int[][] high = {{17, 2, 3}, {1, 18, 3}, {1, 2, 19}, {31, 30, 29}, {8, 9, 27}, {4, 5, 6}};
        for (int bits = 128; bits <= 512; bits *= 2) {
            if ((op.isScalar() && bits != 128) || (op.isWideOnly() && bits == 128) || (bits == 512 && !op.hasEvex())) {
                continue;
            }
            if (bits < 512 && !op.isEvexOnly()) {
                forms(op, bits, numbers, false);
            }
            if (op.hasEvex()) {
                forms(op, bits, high, true);
            }
            if (op.takesBroadcast()) {
                broadcasts(op, bits);
            }
        }
    }

    private void forms(Op op, int bits, int[][] numbers, boolean evex) {
        int other = Math.max(128, 8 * op.rmBytes(bits));
        for (int[] n : numbers) {
            if (!op.isMemoryOnly()) {
                Rm rm = op.movesGp() ? List.of(Gp.values()).get(n[2] & 15) : new Vec(n[2], other);
                form(op, new Vec(n[0], bits), new Vec(n[1], bits), rm, evex);
            }
        }
        if (op.form() != Op.Form.VM) {
            int[] n = numbers[numbers.length / 2];
            for (Mem memory : MEMORY) {
                form(op, new Vec(n[0], bits), new Vec(n[1], bits), memory, evex);
            }
        }
    }

    private void broadcasts(Op op, int bits) {
        Vec d = new Vec(17, bits);
        Vec s = new Vec(10, bits);
        for (Mem memory : MEMORY) {
            Assembler a = new Assembler();
            a.emitBroadcast(op, d, s, memory);
            String from = "dword ptr " + text(memory) + "{1to" + bits / 32 + "}";
            cases.add(new Case(mnemonic(op, true) + " " + text(d) + ", " + text(s) + ", " + from, a.finish()));
        }
    }

    private void form(Op op, Vec reg, Vec vvvv, Rm rm, boolean evex) {
        Assembler a = new Assembler();
        List<String> operands = new ArrayList<>();
        int immediate = op.hasImmediate()
                ? IMMEDIATE & (op == Op.VEXTRACTI128 || op == Op.VINSERTI128 ? 1 : op == Op.VCMPPS ? 31 : 63)
                : 0;
        switch (op.form()) {
            case RM -> {
                a.emit(op, reg, rm, immediate, evex);
                operands.addAll(List.of(text(reg), text(op, rm)));
            }
            case MR -> {
                a.emit(op, rm, reg, immediate, evex);
                operands.addAll(List.of(text(op, rm), text(reg)));
            }
            case RVM -> {
                a.emit(op, reg, vvvv, rm, immediate, evex);
                operands.addAll(List.of(text(reg), text(vvvv), text(op, rm)));
            }
            case VM -> {
                Vec source = (Vec) rm;
                a.emit(op, reg, source, immediate, evex);
                operands.addAll(List.of(text(reg), text(source)));
            }
        }
        if (op.hasImmediate()) {
            operands.add(Integer.toString(immediate));
        }
        cases.add(new Case(mnemonic(op, evex) + " " + String.join(", ", operands), a.finish()));
    }

    private static String mnemonic(Op op, boolean evex) {
        String plain = op.name().toLowerCase(Locale.ROOT).replace("_store", "").replace("_load", "");
        if (!evex) {
            return switch (op) {
                case VMOVUPS_STORE -> "{store} " + plain;
                case VMOVUPS -> "{load} " + plain;
                case VPDPBUSD, VPDPWSSD -> "{vex} " + plain;
                default -> plain;
            };
        }
        return switch (op) {
            case VMOVUPS_STORE -> "{evex} {store} " + plain;
            case VMOVUPS -> "{evex} {load} " + plain;
            case VPXOR, VPAND, VPOR -> plain + "d";
            case VBROADCASTI128 -> "vbroadcasti32x4";
            case VINSERTI128 -> "vinserti32x4";
            case VEXTRACTI128 -> "vextracti32x4";
            case VPERMB, VPERMI2B, VPMOVDW, VSHUFF32X4, VRNDSCALEPS, VSCALEFPS -> plain;
            default -> "{evex} " + plain;
        };
    }

    private void integer() {
        Gp[][] pairs = {{RAX, RCX}, {R9, RDI}, {RDI, R14}, {R12, R13}};
        for (Gp[] p : pairs) {
            Gp d = p[0];
            Gp s = p[1];
            add("{load} mov %s, %s", a -> a.mov(d, s), d, s);
            add("{load} add %s, %s", a -> a.add(d, s), d, s);
            add("{load} sub %s, %s", a -> a.sub(d, s), d, s);
            add("{load} cmp %s, %s", a -> a.cmp(d, s), d, s);
            add("test %s, %s", a -> a.test(d, s), d, s);
            add("{load} xor %s, %s", a -> a.xor32(d, s), text32(d), text32(s));
            add("imul %s, %s", a -> a.imul(d, s), d, s);
            add("push %s", a -> a.push(d), d);
            add("pop %s", a -> a.pop(s), s);
            add("call %s", a -> a.call(d), d);
            add("shl %s, 5", a -> a.shl(d, 5), d);
            add("shr %s, 33", a -> a.shr(s, 33), s);
            for (int value : new int[] {1, 127, -128, 128, -4096}) {
                add("add %s, " + value, a -> a.add(s, value), s);
                add("sub %s, " + value, a -> a.sub(s, value), s);
                add("and %s, " + value, a -> a.and(s, value), s);
                add("cmp %s, " + value, a -> a.cmp(s, value), s);
            }
            for (long value : new long[] {0, 7, 0xFFFF_FFFFL, -1, Long.MIN_VALUE, 0x1234_5678_9ABCL}) {
                boolean zeroExtended = value == (value & 0xFFFF_FFFFL);
                add("mov %s, " + value, a -> a.mov(s, value), zeroExtended ? text32(s) : s);
            }
            for (Mem m : MEMORY) {
                withMemory(d, m);
            }
        }
        for (int number : new int[] {1, 9, 15}) {
            for (Mem m : MEMORY) {
                add("movups %s, %s", a -> a.movups(Vec.xmm(number), m), Vec.xmm(number), text(m));
                add("movups %s, %s", a -> a.movups(m, Vec.xmm(number)), text(m), Vec.xmm(number));
            }
        }
        add("ret", Assembler::ret);
        add("cpuid", Assembler::cpuid);
        add("xgetbv", Assembler::xgetbv);
        add("vzeroupper", Assembler::vzeroupper);
    }

    private void withMemory(Gp d, Mem m) {
        String memory = text(m);
        add("mov %s, %s", a -> a.mov(d, m), d, memory);
        add("mov %s, %s", a -> a.mov(m, d), memory, d);
        add("mov %s, %s", a -> a.mov32(d, m), text32(d), memory);
        add("mov %s, %s", a -> a.mov32(m, d), memory, text32(d));
        add("mov %s, %s", a -> a.mov16(m, d), memory, text16(d));
        add("movzx %s, word ptr %s", a -> a.movzx16(d, m), text32(d), memory);
        add("movzx %s, byte ptr %s", a -> a.movzx8(d, m), text32(d), memory);
        add("lea %s, %s", a -> a.lea(d, m), d, memory);
        add("add %s, %s", a -> a.add(d, m), d, memory);
        add("cmp %s, %s", a -> a.cmp(d, m), d, memory);
        add("imul %s, %s", a -> a.imul(d, m), d, memory);
        add("prefetcht0 %s", a -> a.prefetch(m), memory);
    }

    private void add(String format, Consumer<Assembler> emission, Object... operands) {
        Object[] texts = new Object[operands.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = operands[i].toString().toLowerCase(Locale.ROOT);
        }
        Assembler a = new Assembler();
        emission.accept(a);
        cases.add(new Case(String.format(format, texts), a.finish()));
    }

    private static String text(Vec v) {
        return v.toString();
    }

    private static String text(Op op, Rm rm) {
        return switch (rm) {
            case Gp g -> text32(g);
            case Vec v -> text(v);
            case Mem m -> (op == Op.VPINSRW ? "word ptr " : "") + text(m);
        };
    }

    private static String text(Mem m) {
        StringBuilder text = new StringBuilder("[").append(name(m.base()));
        if (m.index() != null) {
            text.append(" + ").append(name(m.index())).append(" * ").append(m.scale());
        }
        if (m.displacement() != 0) {
            text.append(m.displacement() < 0 ? " - " : " + ").append(Math.abs(m.displacement()));
        }
        return text.append("]").toString();
    }

    private static String name(Gp g) {
        return Objects.requireNonNull(g).name().toLowerCase(Locale.ROOT);
    }

    private static String text32(Gp g) {
        String name = name(g);
        return Character.isDigit(name.charAt(1)) ? name + "d" : "e" + name.substring(1);
    }

    private static String text16(Gp g) {
        String name = name(g);
        return Character.isDigit(name.charAt(1)) ? name + "w" : name.substring(1);
    }
}
