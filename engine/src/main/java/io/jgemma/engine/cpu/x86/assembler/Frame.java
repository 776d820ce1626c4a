package io.jgemma.engine.cpu.x86.assembler;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a routine begins and ends by the System V calling convention: its argument is in RDI; RBX, RBP and R12 to R15 must
 * be given back as they were; RAX, RCX, RDX, RSI, RDI, R8 to R11 and all vector registers are free.
 */
public final class Frame {

    public static final Set<Gp> CALLEE_SAVED = EnumSet.of(Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);

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
        if (!CALLEE_SAVED.containsAll(saved)) {
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
