package io.jgemma.engine.cpu.x86.assembler;

import io.jgemma.engine.platform.Platform;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a system calls a routine. Routines are written for {@link #SYSTEM_V}, which leaves them more registers ({@link Frame}); for any other
 * convention {@link #enter} puts a piece of code before them that is called in its way and calls them in theirs.
 */
public enum CallingConvention {
    /** Linux: the argument in RDI; RBX, RBP and R12 to R15 are given back as they were. */
    SYSTEM_V(Gp.RDI, 16),

    /** Windows: the argument in RCX; RSI, RDI and XMM6 to XMM15 (their low 128 bits) are given back as well. */
    WIN64(Gp.RCX, 6);

    private static final long XMM_BYTES = 16;
    private static final int XMM_REGISTERS = 16;

    private final Gp argument;
    private final int firstSavedXmm;

    CallingConvention(Gp argument, int firstSavedXmm) {
        this.argument = argument;
        this.firstSavedXmm = firstSavedXmm;
    }

    /** The convention of a platform that code is assembled for. */
    public static CallingConvention of(Platform platform) {
        return platform == Platform.WINDOWS_X86_64 ? WIN64 : SYSTEM_V;
    }

    /** Where a routine finds its argument. */
    public Gp argument() {
        return argument;
    }

    /** Registers that a routine gives back as they were. */
    public Set<Gp> calleeSaved() {
        Set<Gp> saved = EnumSet.of(Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        if (this == WIN64) {
            saved.addAll(List.of(Gp.RSI, Gp.RDI));
        }
        return saved;
    }

    /** The first vector register whose low 128 bits, as those of all up to XMM15, a routine gives back; 16 where it is none. */
    public int firstSavedXmm() {
        return firstSavedXmm;
    }

    /**
     * Code to call by this convention that calls the routine behind it. On the way in the stack is aligned as a call leaves it, and on
     * the way out all that differs from {@link #SYSTEM_V} is as it was. The instructions are those of any x86-64 processor.
     *
     * @param alignment at a multiple of which the routine begins, where this code begins at one
     * @return nothing for {@link #SYSTEM_V}
     */
    byte[] enter(int alignment) {
        if (this == SYSTEM_V) {
            return new byte[0];
        }
        Assembler a = new Assembler();
        Label routine = a.label();
        Set<Gp> more = calleeSaved();
        more.removeAll(SYSTEM_V.calleeSaved());
        List<Gp> saved = List.copyOf(more);
        int vectors = XMM_REGISTERS - firstSavedXmm;
        // After a call the stack lies 8 bytes off a multiple of 16.
        int room = (int) (vectors * XMM_BYTES) + Long.BYTES * ((saved.size() + 1) % 2);
        saved.forEach(a::push);
        a.sub(Gp.RSP, room);
        for (int i = 0; i < vectors; i++) {
            a.movups(Mem.at(Gp.RSP, XMM_BYTES * i), Vec.xmm(firstSavedXmm + i));
        }
        a.mov(SYSTEM_V.argument, argument).call(routine);
        for (int i = 0; i < vectors; i++) {
            a.movups(Vec.xmm(firstSavedXmm + i), Mem.at(Gp.RSP, XMM_BYTES * i));
        }
        a.add(Gp.RSP, room);
        saved.reversed().forEach(a::pop);
        a.ret().alignData(alignment).bind(routine);
        return a.finish();
    }
}
