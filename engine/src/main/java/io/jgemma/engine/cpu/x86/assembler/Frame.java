package io.jgemma.engine.cpu.x86.assembler;

import java.util.List;

/**
 * How a routine begins and ends by the calling convention that all are written for, System V's: its argument is in RDI; RBX, RBP and
 * R12 to R15 must be given back as they were; RAX, RCX, RDX, RSI, RDI, R8 to R11 and all vector registers are free. What is
 * below the stack pointer is not a routine's to use, because not every system leaves that alone. {@link CallingConvention} makes
 * it callable elsewhere.
 */
public final class Frame {

    private final Assembler assembler;
    private final List<Gp> saved;
    private final boolean vectors;

    private Frame(Assembler assembler, List<Gp> saved, boolean vectors) {
        this.assembler = assembler;
        this.saved = saved;
        this.vectors = vectors;
    }

    /** Begins a routine that uses no vectors and changes {@code saved} of the registers that it must give back. */
    public static Frame open(Assembler assembler, Gp... saved) {
        return begin(assembler, List.of(saved), false);
    }

    /** Begins a routine that uses vectors wider than 128 bits. */
    public static Frame openVectors(Assembler assembler, Gp... saved) {
        return begin(assembler, List.of(saved), true);
    }

    private static Frame begin(Assembler assembler, List<Gp> saved, boolean vectors) {
        if (!CallingConvention.SYSTEM_V.calleeSaved().containsAll(saved)) {
            throw new AssemblyException("of " + saved + " some need no saving");
        }
        saved.forEach(assembler::push);
        return new Frame(assembler, saved, vectors);
    }

    /** Ends the routine and returns to its caller. */
    public void close() {
        if (vectors) {
            assembler.vzeroupper();
        }
        saved.reversed().forEach(assembler::pop);
        assembler.ret();
    }
}
