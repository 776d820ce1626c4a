package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.CodeCache;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Calls of routines whose operands lie right against forbidden pages, through a stub that fills the registers a routine must
 * give back and compares them afterwards. A routine that strays ends the JVM.
 */
final class GuardedCalls implements AutoCloseable {

    /** A distance to where no memory is: kernels may ask for what lies there, and must not read it. */
    static final long FAR_AHEAD = 1L << 40;

    private static final String STUB = "stub";
    private static final List<Gp> SAVED = List.of(Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
    private static final long SENTINEL = 0x5EA1_0000_1234_0000L;

    private final SplittableRandom random = new SplittableRandom(6);
    private final GuardedMemory memory = new GuardedMemory();
    private final Set<String> called = new HashSet<>();
    private final CodeCache code;
    private boolean atEnd;

    GuardedCalls(Map<String, byte[]> codes) {
        Map<String, byte[]> all = new LinkedHashMap<>(codes);
        all.put(STUB, stub());
        code = CodeCache.load(all);
    }

    /** From now on operands end where forbidden pages begin, or else begin where those end. */
    void putAtEnd(boolean end) {
        atEnd = end;
    }

    /** What was called so far. */
    Set<String> called() {
        return called;
    }

    /**
     * {@code stub(block)}: block holds the routine's address and its argument. Calls it with sentinels in the registers it
     * must keep, and leaves in the block's third word how many came back changed.
     */
    private static byte[] stub() {
        Assembler a = new Assembler();
        Frame frame = Frame.open(a, SAVED.toArray(Gp[]::new));
        a.push(Gp.RDI);
        for (int i = 0; i < SAVED.size(); i++) {
            a.mov(SAVED.get(i), SENTINEL + i);
        }
        a.mov(Gp.RAX, Mem.at(Gp.RDI))
                .mov(Gp.RDI, Mem.at(Gp.RDI, 8))
                .call(Gp.RAX)
                .pop(Gp.RDI);
        a.xor32(Gp.RCX, Gp.RCX);
        for (int i = 0; i < SAVED.size(); i++) {
            Label kept = a.label();
            a.mov(Gp.RAX, SENTINEL + i).cmp(Gp.RAX, SAVED.get(i)).jump(Condition.EQUAL, kept);
            a.add(Gp.RCX, 1).bind(kept);
        }
        a.mov(Mem.at(Gp.RDI, 16), Gp.RCX);
        frame.close();
        return a.finish();
    }

    /** How many registers that it must give back a routine gave back changed. */
    long changedRegisters(String routine, long argument) {
        called.add(routine);
        MemorySegment block = memory.before(24);
        block.set(ValueLayout.JAVA_LONG, 0, code.address(routine));
        block.set(ValueLayout.JAVA_LONG, 8, argument);
        code.routine(STUB).call(block.address());
        return block.get(ValueLayout.JAVA_LONG, 16);
    }

    /** Calls a kernel with an argument block of exactly the given words. */
    void call(String routine, long... words) {
        MemorySegment arguments = place(8L * words.length);
        MemorySegment.copy(words, 0, arguments, ValueLayout.JAVA_LONG_UNALIGNED, 0, words.length);
        assertThat(changedRegisters(routine, arguments.address()))
                .as("%s: registers changed", routine)
                .isZero();
    }

    private MemorySegment place(long bytes) {
        return atEnd ? memory.before(bytes) : memory.after(bytes);
    }

    /** The address of so many random bytes. */
    long bytes(long count) {
        byte[] content = new byte[(int) count];
        random.nextBytes(content);
        return place(count).copyFrom(MemorySegment.ofArray(content)).address();
    }

    /** The address of so many bytes for results. */
    long zeros(long count) {
        return place(count).address();
    }

    @Override
    public void close() {
        memory.close();
        code.close();
    }
}
