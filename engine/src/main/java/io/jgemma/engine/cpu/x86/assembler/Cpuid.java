package io.jgemma.engine.cpu.x86.assembler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** Asks the processor what it can do, through two assembled routines. */
public final class Cpuid {

    private static final int OSXSAVE = 27;

    private Cpuid() {}

    /** What the machine offers. Call it on x86-64 only, with native access. */
    public static CpuFeatures features() {
        try (CodeCache code = CodeCache.load(Map.of("cpuid", cpuid(), "xgetbv", xgetbv()));
                Arena arena = Arena.ofConfined()) {
            Routine cpuid = code.routine("cpuid");
            MemorySegment block = arena.allocate(16, 16);
            CpuFeatures.Query query = (leaf, subleaf) -> {
                block.setAtIndex(ValueLayout.JAVA_INT, 0, leaf);
                block.setAtIndex(ValueLayout.JAVA_INT, 2, subleaf);
                cpuid.call(block.address());
                return block.toArray(ValueLayout.JAVA_INT);
            };
            long xcr0 = 0;
            if (((query.leaf(1, 0)[2] >>> OSXSAVE) & 1) != 0) {
                code.routine("xgetbv").call(block.address());
                xcr0 = block.get(ValueLayout.JAVA_LONG, 0);
            }
            return CpuFeatures.of(query, xcr0);
        }
    }

    /** {@code block[0..3] = EAX, EBX, ECX, EDX of leaf block[0], subleaf block[2]}, 32 bits each. */
    private static byte[] cpuid() {
        Assembler a = new Assembler();
        Frame frame = Frame.open(a, Gp.RBX);
        a.mov32(Gp.RAX, Mem.at(Gp.RDI)).mov32(Gp.RCX, Mem.at(Gp.RDI, 8)).cpuid();
        a.mov32(Mem.at(Gp.RDI), Gp.RAX).mov32(Mem.at(Gp.RDI, 4), Gp.RBX);
        a.mov32(Mem.at(Gp.RDI, 8), Gp.RCX).mov32(Mem.at(Gp.RDI, 12), Gp.RDX);
        frame.close();
        return a.finish();
    }

    /** {@code block = XCR0}, 64 bits. */
    private static byte[] xgetbv() {
        Assembler a = new Assembler();
        Frame frame = Frame.open(a);
        a.xor32(Gp.RCX, Gp.RCX).xgetbv();
        a.mov32(Mem.at(Gp.RDI), Gp.RAX).mov32(Mem.at(Gp.RDI, 4), Gp.RDX);
        frame.close();
        return a.finish();
    }
}
